"""Order and pages of a list, as Label Studio's API has them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import request

from backend.interfaces.web.api.bodies import PageQuery
from backend.interfaces.web.problem import Problem

T = TypeVar("T")


def ordered(rows: Sequence[T], ordering: str | None, keys: Mapping[str, Callable[[T], Any]]) -> list[T]:
    """By one of `keys`, `-` before it for the other way round; as they are without an ordering. What has no value comes
    last. Raises Problem 400 for any other."""
    if not ordering:
        return list(rows)
    key = keys.get(ordering.removeprefix("-"))
    if key is None:
        raise Problem(400, f"'ordering' takes {', '.join(keys)}, with - before it for the reverse order.")
    sorted_rows = sorted((row for row in rows if key(row) is not None), key=key, reverse=ordering.startswith("-"))
    return [*sorted_rows, *(row for row in rows if key(row) is None)]


def paged(rows: Sequence[Any], parameters: PageQuery) -> dict[str, Any]:
    """The page of `rows` that was asked for, with the addresses of its neighbours.

    Raises Problem 404 for one past the end, in Label Studio's own words.
    """
    size, number = parameters.page_size, parameters.page
    last = max(1, -(-len(rows) // size))
    if number > last:
        raise Problem(404, "Invalid page.")
    return {
        "count": len(rows),
        "next": _address(number + 1) if number < last else None,
        "previous": _address(number - 1) if number > 1 else None,
        "results": list(rows[(number - 1) * size : number * size]),
    }


def _address(page: int) -> str:
    """The same list's, on another page."""
    return f"{request.base_url}?{urlencode({**request.args, 'page': page})}"
