"""How they meet: what came in and who is on duty become a decision, a hunt, a clock, a message; it alone knows both."""
