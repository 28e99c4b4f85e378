"""Pages of a list, as Label Studio's API has them."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from flask import request

from backend.interfaces.web.api.bodies import PageQuery
from backend.interfaces.web.problem import Problem


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
