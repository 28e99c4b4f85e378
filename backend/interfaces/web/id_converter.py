"""Ids in the paths of routes."""

from werkzeug.exceptions import NotFound
from werkzeug.routing import IntegerConverter

from backend.domain.whole_number import whole_number


class IdConverter(IntegerConverter):
    """Takes the place of Flask's `int`. There is no page with a larger number than a database can hold: the answer is
    404, where Werkzeug's own limit would say that a method is not allowed."""

    def to_python(self, value: str) -> int:
        number = whole_number(value)
        if number is None:
            raise NotFound
        return number
