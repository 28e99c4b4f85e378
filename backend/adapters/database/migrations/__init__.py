"""Migrations of the tables, one file per change (Alembic)."""
