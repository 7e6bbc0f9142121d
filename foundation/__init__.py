"""The ground every other folder stands on: clocks, phone numbers, identifiers, windows of time, the database; vocabulary, never rules, and it imports nothing of ours."""
