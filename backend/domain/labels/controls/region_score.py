"""The score of a region that has a confidence of its own."""

from collections.abc import Sequence
from typing import Any

from backend.domain.answer import MarkedSpan

SCORE_DIGITS = 6


def score_of(marked: Sequence[MarkedSpan]) -> dict[str, Any]:
    """Of a region with these labels: that of the least certain; {} where one has none."""
    scores = [span.score for span in marked if span.score is not None]
    return {"score": round(min(scores), SCORE_DIGITS)} if scores and len(scores) == len(marked) else {}
