"""The database: prompts, runs and stored completions, in SQLite or PostgreSQL."""
