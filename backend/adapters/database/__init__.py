"""The record: prompts, runs and stored completions, in SQLite or PostgreSQL."""
