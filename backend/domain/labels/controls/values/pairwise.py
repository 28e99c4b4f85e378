"""<Pairwise>: which one of two inputs is better, the left or the right one.

There is no tie: Label Studio stores `left` or `right`, whatever the inputs are called.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Literal

from backend.domain.answer import AnswerValue, Labels, names_of
from backend.domain.characters import quoted
from backend.domain.labels.choice_names import LONGEST, Choice
from backend.domain.labels.conditions import Condition
from backend.domain.labels.controls.base import Held, Region, rules_of
from backend.domain.labels.controls.labeled import Labeled
from backend.domain.labels.controls.region_value import region_of, values_in
from backend.domain.labels.controls.unlabeled import Unlabeled
from backend.domain.labels.controls.wording import excerpt, key, label_line, under
from backend.domain.labels.layout import DeclaredControl
from backend.domain.outcome import Rejection

SIDES = ("left", "right")
_QUANTITY = "exactly one of"


@dataclass(frozen=True)
class PairwiseControl(Labeled, Unlabeled):
    """sides: what the prompt calls the left and the right input
    to_name: the left one, under which Label Studio imports predictions
    hideable: it is not always shown
    """

    name: str
    to_name: str
    sides: tuple[str, str]
    hideable: bool = False
    conditions: tuple[Condition, ...] = ()
    heading: tuple[str, ...] = ()

    tag: ClassVar[str] = "Pairwise"
    noun: ClassVar[str] = "side"
    task: ClassVar[str] = "Choose the better one of the two ({names})."
    holds: ClassVar[type[AnswerValue]] = Labels
    probable: ClassVar[bool] = True
    required: ClassVar[bool] = False  # the screen submits it without a side, whatever the config says
    many: ClassVar[bool] = False
    column: ClassVar[Literal["text"]] = "text"

    @cached_property
    def choices(self) -> tuple[Choice, ...]:  # type: ignore[override]
        return tuple(
            Choice(side, side, f"{quoted(text, LONGEST)} is better")
            for side, text in zip(SIDES, self.sides, strict=True)
        )

    @property
    def exclusive(self) -> bool:
        return True

    @property
    def nullable(self) -> bool:
        return self.hideable

    @property
    def must_answer(self) -> bool:
        return not self.hideable

    @property
    def identity(self) -> list[Any]:
        return [self.tag, self.name, self.to_name, self.sides, self.hideable]

    @property
    def rules(self) -> list[Any] | None:
        return rules_of(self, False)

    @property
    def answers(self) -> Hashable:
        return (self.tag, self.name, self.sides)

    def describe(self, definitions: Mapping[str, str], when: str = "", heading: str = "") -> str:
        rule = f"null unless {when}, else " if when else "null if it does not apply, else " if self.hideable else ""
        lines = [label_line(choice, definitions) for choice in self.choices]
        return "\n".join([f"{key(self.name)}: {under(heading)}{rule}{_QUANTITY}", *lines])

    def json_schema(self) -> dict[str, Any]:
        if self.hideable:
            return {"type": ["string", "null"], "enum": [*SIDES, None]}
        return {"type": "string", "enum": [*SIDES]}

    def parse(self, value: Any) -> Held | Rejection:
        """Label Studio has no answer for a tie."""
        if value is None and self.hideable:
            return None
        side = self.find(value) if isinstance(value, str) else None
        if side is None:
            return Rejection("unknown_choice", f"{excerpt(value)} is not 'left' or 'right', which '{self.name}' takes.")
        return Labels((side,))

    def to_json(self, value: Held) -> Any:
        return next(iter(names_of(value)), None)

    def to_regions(self, value: Held) -> list[dict[str, Any]]:
        """Label Studio's import drops what names the control itself, as the screen does."""
        if value is None:
            return []
        return [region_of(self, "pairwise", selected=self.to_json(value))]

    def from_regions(self, regions: Sequence[Region]) -> Held:
        """As the screen shows it: the last one, and nothing where it is not a side."""
        sides = values_in(regions, "selected")
        side = sides[-1] if sides else None
        return Labels((side,)) if side in SIDES else None

    def equal(self, first: Held, second: Held) -> bool:
        return first == second

    def partial(self, first: Held, second: Held) -> float:
        return float(first == second)

    def called(self, value: Held) -> set[str]:
        """Label Studio lets no other control depend on it."""
        return set()

    def cell(self, value: Held) -> Any:
        return self.to_json(value)

    def show(self, value: Held) -> str:
        return self.to_json(value) or "(none)"


def build_pairwise(declared: DeclaredControl) -> PairwiseControl | str:
    """The control of a <Pairwise> element, or why it isn't supported."""
    names = [name.strip() for name in declared.element.get("toname", "").split(",")]
    if len(names) != 2 or len({*names, ""}) != 3:
        return "toName is not the names of two inputs, such as a,b"
    left, right = (_called(name, declared) for name in names)
    return PairwiseControl(
        name=declared.name,
        to_name=declared.to_name,
        sides=(left, right),
        hideable=declared.hideable,
        conditions=declared.conditions,
        heading=tuple(declared.heading),
    )


def _called(name: str, declared: DeclaredControl) -> str:
    """The variable that the input of this name shows, as the prompt calls it; its name where it shows more."""
    value = declared.objects[name].get("value", "") if name in declared.objects else ""
    return value[1:] if value.startswith("$") else name
