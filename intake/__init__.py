"""What came in: accounts, callers, calls, cases and their histories; it refuses to know who is on duty or will be rung."""
