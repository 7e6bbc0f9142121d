"""The rules of the house as tests: import contracts, pure files, documents in step, migrations, locks."""
