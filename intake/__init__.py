"""What came in: accounts and their contracts, callers, calls, cases and their histories; it refuses to know who is on duty and who will be rung."""
