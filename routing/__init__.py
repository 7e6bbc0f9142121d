"""How they meet: what came in and who is on duty become a decision, a hunt, a clock and a message; the one place that knows both."""
