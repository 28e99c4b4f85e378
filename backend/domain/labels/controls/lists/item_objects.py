"""How a model says something of each of several items: in a list of objects with the number of the item, from 0."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.domain.labels.controls.wording import excerpt
from backend.domain.outcome import Rejection

ITEM = "item"
"""The key of the number."""


@dataclass(frozen=True, slots=True)
class ItemObjects:
    """control: whose they are
    key: what is said of an item stands under it
    count: items of a task, None where it is not known
    noun: what an item is
    """

    control: str
    key: str
    count: int | None
    noun: str

    def json_schema(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Of the list; `value`: of what is said of an item."""
        item_schema = {
            "type": "object",
            "properties": {ITEM: {"type": "integer"}, self.key: value},
            "required": [ITEM, self.key],
            "additionalProperties": False,
        }
        return {"type": "array", "items": item_schema}

    def number_of(self, item: Any) -> int | Rejection:
        """The number of the item that an object is about."""
        if not isinstance(item, Mapping):
            return Rejection("wrong_type", f"{excerpt(item)} is not an object with an item, as '{self.control}' takes.")
        lacking = next((name for name in (ITEM, self.key) if name not in item), None)
        if lacking is not None:
            return Rejection("missing_field", f"An item of '{self.control}' has no '{lacking}'.")
        number = item[ITEM]
        if not isinstance(number, int) or isinstance(number, bool):
            why = f"{excerpt(number)} is not the number of {self._some}, which '{self.control}' takes."
            return Rejection("wrong_type", why)
        if not 0 <= number < (number + 1 if self.count is None else self.count):
            why = f"There is no {self.noun} {excerpt(number)}, of which '{self.control}' says something."
            return Rejection("out_of_range", why)
        return number

    def lacks(self, numbers: Sequence[Any]) -> Rejection | None:
        """Why these aren't all items, each once; None if they are."""
        if len({*numbers}) < len(numbers):
            return Rejection("incomplete", f"'{self.control}' has {self._some} more than once.")
        missing = (1 if self.count is None else self.count) - len(numbers)
        why = f"'{self.control}' lacks {missing} of the {self.noun}s."
        return Rejection("incomplete", why) if missing > 0 else None

    @property
    def _some(self) -> str:
        return f"an {self.noun}" if self.noun[0] in "aeiou" else f"a {self.noun}"
