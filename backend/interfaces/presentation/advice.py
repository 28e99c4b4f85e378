"""Remarks that come with an advice, as data: each interface says in its own words how it is followed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Advice(Enum):
    """What a reader may do next. The value says it without the words of any interface."""

    INCLUDE_OWN = "They can be counted too."
    LEAVE_ONE_OUT = "They can be counted too, each with the other examples only."
    RELABEL = "If it was renamed, they count once the new name is known."
    EACH_CONTROL = "An evaluation has the scores of each control."
    DRAW = "Tasks that are drawn at random, and labelled, stand for all of it."
    LIST_DRAWN = "Their labels are missing."
    DRAW_MORE = "More tasks can be drawn at random and labelled."


@dataclass(frozen=True, slots=True)
class Remark:
    """One sentence, and what to do about it, if anything.

    details: what an interface needs to say how: `project`, its number, and `size`, of a draw
    """

    sentence: str
    advice: Advice | None = None
    details: Mapping[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.sentence if self.advice is None else f"{self.sentence} {self.advice.value}"

    def said_with(self, ways: Mapping[Advice, str]) -> str:
        """With the words of an interface. `ways`: how each advice is followed there, with `{project}` and `{size}`; one
        that is missing is said without."""
        way = None if self.advice is None else ways.get(self.advice)
        return str(self) if way is None else f"{self.sentence} {way.format(**self.details)}"
