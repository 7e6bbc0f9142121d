"""How it is said: the only code that knows the carrier; it renders documents, checks signatures, places calls and texts, and refuses to know why."""
