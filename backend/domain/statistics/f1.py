"""F1: the harmonic mean of precision and recall, which is how much two collections overlap (Dice 1945)."""

from collections.abc import Hashable, Set

from backend.domain.statistics.intervals import ratio


def f1(hits: float, answered: float, expected: float) -> float | None:
    """2 hits / (answered + expected); None where nothing is answered and nothing expected.

    hits: how many answered things are right; parts, where things can be right in part
    """
    return ratio(2 * hits, answered + expected)


def overlap(first: Set[Hashable], second: Set[Hashable]) -> float:
    """The F1 of two sets, 0..1; 1 where both are empty."""
    value = f1(len(first & second), len(first), len(second))
    return 1.0 if value is None else value
