"""Scores of rankings: an answer's order of a task's items beside the truth's.

Kendall's tau-b (Kendall 1945, Biometrika 33:239): pairs in the same order less pairs in the other, over all pairs;
orders have no ties, so it equals tau-a. NDCG (Järvelin and Kekäläinen 2002): gains n - rank, each discounted by
log2(place + 1), over those of the truth's own order.
"""

from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass
from math import log2

from backend.domain.statistics.intervals import Interval, ratio
from backend.domain.statistics.task_ratios import mean_interval, share_interval

RankingPair = tuple[Sequence[str], Sequence[str] | None]
"""Ids in the order of the truth and of the answer, best first; None for an unusable answer."""


@dataclass(frozen=True, slots=True)
class RankingScore:
    """`tau` and `ndcg`: means over the tasks that were answered; `exact` and `top`: shares of all outputs with the same
    order, and with the same item first."""

    outputs: int
    answered: int
    tau: float | None
    tau_ci: Interval | None
    ndcg: float | None
    ndcg_ci: Interval | None
    top: float | None
    top_ci: Interval | None
    exact: float | None


def ranking_score(pairs: Sequence[RankingPair]) -> RankingScore:
    """Of one control. Both sides of a pair hold the same ids, each once; any other pair has no tau and no NDCG."""
    known = [(list(truth), list(answer)) for truth, answer in pairs if answer is not None]
    taus = [tau for pair in known if (tau := kendall_tau(*pair)) is not None]
    gains = [gain for pair in known if (gain := ndcg(*pair)) is not None]
    top = [float(answer is not None and list(truth[:1]) == list(answer[:1])) for truth, answer in pairs]
    return RankingScore(
        outputs=len(pairs),
        answered=len(known),
        tau=ratio(sum(taus), len(taus)),
        tau_ci=mean_interval(taus),
        ndcg=ratio(sum(gains), len(gains)),
        ndcg_ci=mean_interval(gains),
        top=ratio(sum(top), len(top)),
        top_ci=share_interval([(value, 1.0) for value in top]),
        exact=ratio(sum(truth == answer for truth, answer in known), len(pairs)),
    )


def kendall_tau(truth: Sequence[str], answer: Sequence[str]) -> float | None:
    """From -1 (the other way round) to 1 (equal); None for fewer than two items, or not the same ones."""
    if len(truth) < 2 or not _same_items(truth, answer):
        return None
    place = {item: index for index, item in enumerate(truth)}
    before, reversed_pairs = list[int](), 0
    for item in answer:
        reversed_pairs += len(before) - bisect_left(before, place[item])
        insort(before, place[item])
    return 1 - 4 * reversed_pairs / (len(truth) * (len(truth) - 1))


def ndcg(truth: Sequence[str], answer: Sequence[str]) -> float | None:
    """Up to 1 for the truth's own order; None without items, or for not the same ones."""
    if not truth or not _same_items(truth, answer):
        return None
    gain = {item: len(truth) - index for index, item in enumerate(truth)}
    return _discounted([gain[item] for item in answer]) / _discounted([gain[item] for item in truth])


def _same_items(truth: Sequence[str], answer: Sequence[str]) -> bool:
    return len(set(truth)) == len(truth) and sorted(truth) == sorted(answer)


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / log2(place + 1) for place, gain in enumerate(gains, start=1))
