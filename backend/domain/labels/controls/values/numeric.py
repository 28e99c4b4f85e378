"""What controls whose values are numbers have in common."""

from collections.abc import Sequence
from typing import Any, ClassVar

from backend.domain.answer import AnswerValue, Number, number_of
from backend.domain.labels.controls.base import Held, Region
from backend.domain.labels.controls.entered_value import EnteredValue
from backend.domain.labels.controls.region_value import region_of, values_in

LARGEST = 1e100
"""So that sums and squares of what a model says stay finite."""
_EXACT = 2**53
"""Up to here each whole number is a JavaScript number."""


class Numeric(EnteredValue):
    """A region holds the number under the control's tag in small letters."""

    name: str
    to_name: str

    tag: ClassVar[str]
    holds: ClassVar[type[AnswerValue]] = Number
    probable: ClassVar[bool] = True
    many: ClassVar[bool] = False

    def to_json(self, value: Held) -> Any:
        return number_of(value)

    def to_regions(self, value: Held) -> list[dict[str, Any]]:
        """Label Studio loses the whole prediction in its labelling screen if the number is a text."""
        if value is None:
            return []
        return [region_of(self, self.tag.lower(), **{self.tag.lower(): number_of(value)})]

    def from_regions(self, regions: Sequence[Region]) -> Held:
        """Returns the number that the screen shows; None if the region holds no number."""
        numbers = values_in(regions, self.tag.lower())
        number = number_in(numbers[-1]) if numbers else None
        return None if number is None else Number(number)

    def equal(self, first: Held, second: Held) -> bool:
        return first == second

    def cell(self, value: Held) -> Any:
        return number_of(value)

    def show(self, value: Held) -> str:
        number = number_of(value)
        return "(none)" if number is None else str(number)


def nearness(first: Held, second: Held, scale: float) -> float:
    """How near two numbers are: 1 if they are equal; 0 if they are `scale` apart or more, or if only one of them
    exists."""
    first_number, second_number = number_of(first), number_of(second)
    if first_number is None or second_number is None or first_number == second_number:
        return float(first == second)
    return max(0.0, 1 - abs(first_number - second_number) / scale)


def number_in(value: Any) -> int | float | None:
    """Returns the number that `value`, a part of a JSON document, holds; None if it holds none, or one beyond LARGEST.

    The number is rounded to 15 digits, so that 0.30000000000000004 becomes 0.3. A whole number becomes an int, up to
    the size at which JavaScript cannot tell all whole numbers apart.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= LARGEST:
        return None
    if abs(value) >= _EXACT:
        return float(value)
    number = float(f"{value:.15g}") if isinstance(value, float) else value
    return int(number) if number == int(number) else number
