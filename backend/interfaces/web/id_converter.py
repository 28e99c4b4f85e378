"""Ids in the paths of routes."""

from werkzeug.routing import IntegerConverter, Map

from backend.domain.whole_number import MOST


class IdConverter(IntegerConverter):
    """Takes the place of Flask's `int`. There is no page with a larger number: the answer is 404."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=MOST)
