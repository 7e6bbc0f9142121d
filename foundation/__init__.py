"""The ground every other folder stands on: clocks, numbers, windows, the database; vocabulary, never rules of ours."""
