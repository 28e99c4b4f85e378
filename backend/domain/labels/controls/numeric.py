"""What controls whose values are numbers have in common."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from backend.domain.answer import AnswerValue, Number, number_of
from backend.domain.labels.controls.base import Held, Region
from backend.domain.labels.controls.unlabeled import Unlabeled

LARGEST = 1e100
"""So that sums and squares of what a model says stay finite."""
_EXACT = 2**53
"""Up to here each whole number is a JavaScript number."""


class Numeric(Unlabeled):
    """`hideable`: it is not always shown. A region holds the number under the control's tag in small letters."""

    name: str
    to_name: str
    hideable: bool
    required: bool

    tag: ClassVar[str]
    holds: ClassVar[type[AnswerValue]] = Number
    probable: ClassVar[bool] = True
    many: ClassVar[bool] = False

    @property
    def nullable(self) -> bool:
        return self.hideable or not self.required

    @property
    def must_answer(self) -> bool:
        return self.required

    def to_json(self, value: Held) -> Any:
        return number_of(value)

    def to_regions(self, value: Held) -> list[dict[str, Any]]:
        """Label Studio loses the whole prediction in its labelling screen if the number is a text."""
        if value is None:
            return []
        kind = self.tag.lower()
        body = {kind: number_of(value)}
        return [{"from_name": self.name, "to_name": self.to_name, "type": kind, "value": body}]

    def from_regions(self, regions: Sequence[Region]) -> Held:
        """As the screen shows it: what is not a number is none."""
        values = [region["value"] for region in regions if isinstance(region.get("value"), Mapping)]
        number = number_in(values[-1].get(self.tag.lower())) if values else None
        return None if number is None else Number(number)

    def equal(self, first: Held, second: Held) -> bool:
        return first == second

    def cell(self, value: Held) -> Any:
        return number_of(value)

    def show(self, value: Held) -> str:
        number = number_of(value)
        return "(none)" if number is None else str(number)


def nearness(first: Held, second: Held, scale: float) -> float:
    """1 for the same, 0 for `scale` apart or more, and where only one is a number."""
    first_number, second_number = number_of(first), number_of(second)
    if first_number is None or second_number is None or first_number == second_number:
        return float(first == second)
    return max(0.0, 1 - abs(first_number - second_number) / scale)


def number_in(value: Any) -> int | float | None:
    """A number of a JSON document, at most LARGEST, without what sums of fractions leave behind (0.30000000000000004);
    a whole one is an int as far as JavaScript has each. None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= LARGEST:
        return None
    if abs(value) >= _EXACT:
        return float(value)
    number = float(f"{value:.15g}") if isinstance(value, float) else value
    return int(number) if number == int(number) else number
