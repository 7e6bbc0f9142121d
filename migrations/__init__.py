"""The schema's history: one Alembic revision per change, each tried up, down and for drift."""
