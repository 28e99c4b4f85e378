"""Filters: which tasks Label Studio lists, in the words of its Data Manager."""

from collections.abc import Sequence
from typing import Any

Filter = tuple[str, str, str, Any]
"""Column, operator, type, value."""


def all_of(*items: Filter) -> dict[str, Any]:
    """A query for tasks to which all of these apply."""
    named = [
        {"filter": f"filter:tasks:{column}", "operator": operator, "type": kind, "value": value}
        for column, operator, kind, value in items
    ]
    return {"filters": {"conjunction": "and", "items": named}}


def by_version(operator: str, versions: Sequence[str]) -> Filter:
    """Tasks that have (contains) or lack (not_contains) a prediction whose version has one of `versions` in it."""
    return ("predictions_model_versions", operator, "List", list(versions))
