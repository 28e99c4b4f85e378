"""<Rating>: a whole number of stars, from 1 to `maxRating`.

Refuses ratings per item, which `config` names as unsupported. Nothing is rounded or clamped: a text, a
fraction or a number outside the stars is a Rejection.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from backend.domain.answer import Number, number_of
from backend.domain.labels.conditions import Condition
from backend.domain.labels.controls.base import Held, Region
from backend.domain.labels.controls.count_attribute import count_in
from backend.domain.labels.controls.values.numeric import Numeric, nearness, number_in
from backend.domain.labels.controls.wording import excerpt, key, under
from backend.domain.labels.layout import DeclaredControl
from backend.domain.outcome import Rejection

STARS = 5
"""Without `maxRating`."""
MOST = 100
"""Stars that fit on a screen."""
_LISTED = 20
"""Up to here an answer schema lists the numbers; more would be slow for servers that build a grammar from it."""


@dataclass(frozen=True)
class RatingControl(Numeric):
    """`most`: stars there are."""

    name: str
    to_name: str
    most: int = STARS
    hideable: bool = False
    required: bool = False
    conditions: tuple[Condition, ...] = ()
    heading: tuple[str, ...] = ()

    tag: ClassVar[str] = "Rating"
    noun: ClassVar[str] = "rating"
    task: ClassVar[str] = "Rate this item ({names})."

    @property
    def exclusive(self) -> bool:
        return True

    @property
    def known_classes(self) -> tuple[str, ...]:
        return tuple(str(stars) for stars in range(1, self.most + 1))

    @property
    def identity(self) -> list[Any]:
        return [self.tag, self.name, self.to_name, self.most, self.nullable]

    @property
    def answers(self) -> Hashable:
        return (self.tag, self.name, self.most)

    @property
    def column(self) -> Literal["int"]:
        return "int"

    def describe(self, definitions: Mapping[str, str], when: str = "", heading: str = "") -> str:
        return f"{key(self.name)}: {under(heading)}{self._rule(when)}"

    def _rule(self, when: str) -> str:
        how = f"a whole number from 1 (lowest) to {self.most} (highest)"
        if when:
            return f"null unless {when}, else {how}" + ("" if self.required else " or null")
        return f"null if it cannot be rated, else {how}" if self.nullable else how

    def json_schema(self) -> dict[str, Any]:
        nothing = [None] if self.nullable else []
        schema: dict[str, Any] = {"type": ["integer", "null"] if self.nullable else "integer"}
        return schema | ({"enum": [*range(1, self.most + 1), *nothing]} if self.most <= _LISTED else {})

    def parse(self, value: Any) -> Held | Rejection:
        if value is None:
            return None
        stars = number_in(value)
        if not isinstance(stars, int):
            return Rejection("wrong_type", f"{excerpt(value)} is not a whole number, which '{self.name}' takes.")
        if not 1 <= stars <= self.most:
            return Rejection("out_of_range", f"{excerpt(value)} is not from 1 to {self.most}, as '{self.name}' takes.")
        return Number(stars)

    def from_regions(self, regions: Sequence[Region]) -> Held:
        """Returns the stars that the regions hold; None for 0 stars, and for a number that is not whole."""
        held = super().from_regions(regions)
        stars = number_of(held)
        return held if stars and isinstance(stars, int) else None

    def partial(self, first: Held, second: Held) -> float:
        """How near two ratings are: 1 if they are equal, 0 if they are the two ends of the scale."""
        return nearness(first, second, max(1, self.most - 1))

    def classes(self, value: Held) -> tuple[str, ...]:
        stars = number_of(value)
        return () if stars is None else (str(stars),)

    def removed_classes(self, value: Held) -> list[str]:
        """Stars that the control had when they were given."""
        return [stars for stars in self.classes(value) if stars not in self.known_classes]


def build_rating(declared: DeclaredControl) -> RatingControl | str:
    """The control of a <Rating> element, or why it isn't supported."""
    element = declared.element
    if element.get("peritem", "").lower() == "true":
        return 'perItem="true" (per item)'
    most = count_in(element.get("maxrating", str(STARS)))
    if most is None or most > MOST:
        return f"maxRating is not a whole number from 1 to {MOST}"
    return RatingControl(
        name=declared.name,
        to_name=declared.to_name,
        most=most,
        hideable=declared.hideable,
        required=declared.required,
        conditions=declared.conditions,
        heading=tuple(declared.heading),
    )
