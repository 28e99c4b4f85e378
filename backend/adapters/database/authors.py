"""Columns that say who made a thing, for the tables of what the API numbers."""

from collections.abc import Mapping
from typing import Any

from backend.domain.person import Person


def author_row(author: Person | None) -> Mapping[str, Any]:
    """The columns `user_id` and `user_email`; None where it is not known who it was."""
    return {"user_id": author.id if author else None, "user_email": author.email if author else None}
