"""Filters for the tasks that Label Studio lists, in the form of its Data Manager."""

from collections.abc import Sequence
from typing import Any

Filter = tuple[str, str, str, Any]
"""Column, operator, type, value."""


def all_of(*items: Filter) -> dict[str, Any]:
    """A query for tasks that meet all of these filters."""
    named = [
        {"filter": f"filter:tasks:{column}", "operator": operator, "type": kind, "value": value}
        for column, operator, kind, value in items
    ]
    return {"filters": {"conjunction": "and", "items": named}}


def by_version(operator: str, versions: Sequence[str]) -> Filter:
    """Tasks that have (contains) or lack (not_contains) a prediction whose version contains one of `versions`."""
    return ("predictions_model_versions", operator, "List", list(versions))
