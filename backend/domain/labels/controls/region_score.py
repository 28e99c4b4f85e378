"""The score of a region that has a confidence of its own."""

from collections.abc import Sequence
from typing import Any, Protocol

SCORE_DIGITS = 6


class Scored(Protocol):
    """What a model marks."""

    @property
    def score(self) -> float | None: ...


def score_of(marked: Sequence[Scored]) -> dict[str, Any]:
    """Of a region with these labels: that of the least certain; {} where one has none."""
    scores = [mark.score for mark in marked if mark.score is not None]
    return {"score": round(min(scores), SCORE_DIGITS)} if scores and len(scores) == len(marked) else {}
