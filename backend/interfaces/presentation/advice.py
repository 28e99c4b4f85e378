"""Remarks that come with an advice, as data: each interface says in its own words how it is followed."""

from dataclasses import dataclass
from enum import Enum


class Advice(Enum):
    """What a reader may do next. The value says it without the words of any interface."""

    INCLUDE_OWN = "They can be counted too."
    LEAVE_ONE_OUT = "They can be counted too, each with the other examples only."
    RELABEL = "If it was renamed, they count once the new name is known."
    EACH_CONTROL = "An evaluation has the scores of each control."


@dataclass(frozen=True, slots=True)
class Remark:
    """One sentence, and what to do about it, if anything."""

    sentence: str
    advice: Advice | None = None

    def __str__(self) -> str:
        return self.sentence if self.advice is None else f"{self.sentence} {self.advice.value}"
