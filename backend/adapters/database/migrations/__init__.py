"""How the record's tables came to be, one file per change (Alembic)."""
