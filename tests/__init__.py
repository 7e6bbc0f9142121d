"""The tests: sentences about behaviour in folders that mirror the code; they patch nothing of ours and never sleep."""
