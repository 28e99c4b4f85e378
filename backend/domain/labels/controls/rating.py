"""<Rating>: a whole number of stars, from 1 to `maxRating`.

Refuses ratings per region or item, which `config` names as unsupported. Nothing is rounded or clamped: a text, a
fraction or a number outside the stars is a Rejection.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from backend.domain.answer import AnswerValue, Number, number_of
from backend.domain.labels.conditions import Condition
from backend.domain.labels.controls.base import Held, Region, Unlabeled, rules_of
from backend.domain.labels.controls.wording import key, said, under
from backend.domain.labels.layout import Placed
from backend.domain.outcome import Rejection

STARS = 5
"""Without `maxRating`."""
MOST = 100
"""Stars that fit on a screen."""
_LISTED = 20
"""Up to here an answer schema lists the numbers; more would be slow for servers that build a grammar from it."""


@dataclass(frozen=True)
class RatingControl(Unlabeled):
    """`most`: stars there are; `hideable`: it is not always shown."""

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
    holds: ClassVar[type[AnswerValue]] = Number
    probable: ClassVar[bool] = True
    many: ClassVar[bool] = False

    @property
    def exclusive(self) -> bool:
        return True

    @property
    def nullable(self) -> bool:
        return self.hideable or not self.required

    @property
    def must_answer(self) -> bool:
        return self.required

    @property
    def known_classes(self) -> tuple[str, ...]:
        return tuple(str(stars) for stars in range(1, self.most + 1))

    @property
    def identity(self) -> list[Any]:
        return [self.tag, self.name, self.to_name, self.most, self.nullable]

    @property
    def rules(self) -> list[Any] | None:
        return rules_of(self, self.required)

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
        stars = _whole(value)
        if stars is None:
            return Rejection("wrong_type", f"{said(value)} is not a whole number, which '{self.name}' takes.")
        if not 1 <= stars <= self.most:
            return Rejection("out_of_range", f"{said(value)} is not from 1 to {self.most}, as '{self.name}' takes.")
        return Number(stars)

    def to_json(self, value: Held) -> Any:
        return number_of(value)

    def to_regions(self, value: Held) -> list[dict[str, Any]]:
        """Label Studio loses the whole prediction in its labelling screen if the number is a text."""
        if value is None:
            return []
        body = {"rating": number_of(value)}
        return [{"from_name": self.name, "to_name": self.to_name, "type": "rating", "value": body}]

    def from_regions(self, regions: Sequence[Region]) -> Held:
        """As the screen shows it: 0 and what is not a number are no stars."""
        values = [region["value"] for region in regions if isinstance(region.get("value"), Mapping)]
        stars = _whole(values[-1].get("rating")) if values else None
        return Number(stars) if stars else None

    def equal(self, first: Held, second: Held) -> bool:
        return first == second

    def partial(self, first: Held, second: Held) -> float:
        """1 for the same, 0 for the two ends of the scale."""
        one, other = number_of(first), number_of(second)
        if one is None or other is None or one == other:
            return float(first == second)
        return max(0.0, 1 - abs(one - other) / max(1, self.most - 1))

    def classes(self, value: Held) -> tuple[str, ...]:
        stars = number_of(value)
        return () if stars is None else (str(stars),)

    def gone(self, value: Held) -> list[str]:
        """Stars that the control had when they were given."""
        return [stars for stars in self.classes(value) if stars not in self.known_classes]

    def cell(self, value: Held) -> Any:
        return number_of(value)

    def show(self, value: Held) -> str:
        return "".join(self.classes(value)) or "(none)"


def _whole(value: Any) -> int | None:
    """A whole number of a JSON document; None for anything else."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def build_rating(placed: Placed) -> RatingControl | str:
    """The control of a <Rating> element, or why it isn't supported."""
    element = placed.element
    for attribute, what in (("perRegion", "a rating per region"), ("perItem", "per item")):
        if element.get(attribute, "").lower() == "true":
            return f'{attribute}="true" ({what})'
    written = element.get("maxRating", str(STARS)).strip()
    most = int(written) if written.isascii() and written.isdigit() and len(written) <= len(str(MOST)) else 0
    if not 1 <= most <= MOST:
        return f"maxRating is not a whole number from 1 to {MOST}"
    return RatingControl(
        name=placed.name,
        to_name=placed.to_name,
        most=most,
        hideable=placed.hideable,
        required=placed.required,
        conditions=placed.conditions,
        heading=tuple(placed.heading),
    )
