"""How much two orders of the same things agree: Kendall's tau (Kendall 1938, Biometrika 30:81).

Pairs in the same order less pairs in the other, over all pairs; orders without ties, so tau-b is the same number.
"""

from bisect import bisect_left, insort
from collections.abc import Sequence


def kendall_tau(ranking: Sequence[str], other: Sequence[str]) -> float | None:
    """From -1 (the other way round) to 1 (equal); None for fewer than two things, or not the same ones, each once."""
    if len(ranking) < 2 or not same_items(ranking, other):
        return None
    rank = {item: index for index, item in enumerate(ranking)}
    before, reversed_pairs = list[int](), 0
    for item in other:
        reversed_pairs += len(before) - bisect_left(before, rank[item])
        insort(before, rank[item])
    pairs = len(ranking) * (len(ranking) - 1)
    return (pairs - 4 * reversed_pairs) / pairs


def same_items(ranking: Sequence[str], other: Sequence[str]) -> bool:
    """Whether both have the same things, each once."""
    return len(set(ranking)) == len(ranking) and sorted(ranking) == sorted(other)
