"""How it is said: the only code that knows the carrier, its documents, signatures, calls and texts; it refuses to know why."""
