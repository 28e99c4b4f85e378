"""How well rankings, and items sorted into buckets, match those of the truth, as measures of a control.

NDCG (Järvelin and Kekäläinen 2002): gains n - rank, each discounted by log2(place + 1), over those of the truth's own
order. Intervals are over tasks. A tau needs two items on both sides, so the coverage stands beside it.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from math import fsum, log2

from backend.domain.answer import Ranking, buckets_of, ranking_of
from backend.domain.labels.controls.base import Control, Held
from backend.domain.metrics.cases import Case
from backend.domain.metrics.measure import Measure, graded
from backend.domain.metrics.text_match import exact_match
from backend.domain.statistics.intervals import ratio
from backend.domain.statistics.rank_correlation import kendall_tau, same_items
from backend.domain.statistics.task_ratios import share_interval, signed_interval

NO_RANKING = "In no task both the ground truth and the answer rank the same two or more items."
NO_ITEM = "No ground truth has an item in a bucket."
NO_LABEL = "No picture has a label, in a ground truth or in an answer."
Buckets = Mapping[str, tuple[str, ...]]
Counted = Callable[[Buckets, Buckets], Collection[str]]
"""The items that count, of those of the truth and of the answer."""


def of_lists(cases: Sequence[Case], field: Control) -> Mapping[str, Measure]:
    """Of a control over the items of a list: of a ranking, or of buckets."""
    return of_rankings(cases, field) if field.holds is Ranking else of_buckets(cases, field)


def of_rankings(cases: Sequence[Case], field: Control) -> Mapping[str, Measure]:
    """The shares of outputs with the same order and with the same item first; Kendall's tau and NDCG, means over the
    tasks with an order of the same items on both sides."""
    pairs = [pair for case in cases for pair in [_pair(case, field.name)] * case.tasks]
    return {
        **_shares(cases, field),
        "kendall_tau": _mean([tau for pair in pairs if (tau := kendall_tau(*pair)) is not None]),
        "ndcg": _mean([gain for pair in pairs if len(pair[0]) > 1 and (gain := ndcg(*pair)) is not None]),
    }


def of_buckets(cases: Sequence[Case], field: Control) -> Mapping[str, Measure]:
    """The shares of outputs with all items in the right buckets, and of items in the right one."""
    return _of_items(cases, field, lambda truth, _: truth, NO_ITEM)


def of_item_labels(cases: Sequence[Case], field: Control) -> Mapping[str, Measure]:
    """The shares of outputs with the same labels for all pictures, and of pictures with the same, of those that have
    any in the output or in the truth."""
    return _of_items(cases, field, lambda truth, answer: {**truth, **answer}, NO_LABEL)


def _of_items(cases: Sequence[Case], field: Control, counted: Counted, nothing: str) -> Mapping[str, Measure]:
    parts = [part for case in cases for part in [_sorted_right(case, field.name, counted)] * case.tasks]
    share = ratio(sum(right for right, _ in parts), sum(items for _, items in parts))
    accuracy = Measure(share, share_interval(parts), nothing if share is None else "")
    return {**_whole(cases, field), "item_accuracy": accuracy}


def first_place(control: Control, answer: Held, truth: Held) -> float:
    """1 where the same item is first."""
    return float(ranking_of(answer)[:1] == ranking_of(truth)[:1])


def ndcg(truth: Sequence[str], answer: Sequence[str]) -> float | None:
    """Up to 1 for the truth's own order; None without items, or for not the same ones, each once."""
    if not truth or not same_items(truth, answer):
        return None
    gain = {item: len(truth) - index for index, item in enumerate(truth)}
    return _discounted([gain[item] for item in answer]) / _discounted([gain[item] for item in truth])


_whole = graded({"accuracy": exact_match})
_shares = graded({"accuracy": exact_match, "top_1": first_place})


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / log2(rank + 1) for rank, gain in enumerate(gains, start=1))


def _mean(values: Sequence[float]) -> Measure:
    """Of numbers up to 1, and above -1."""
    return Measure(ratio(fsum(values), len(values)), signed_interval(values), "" if values else NO_RANKING)


def _pair(case: Case, control: str) -> tuple[Sequence[str], Sequence[str]]:
    """The orders of the truth and of the answer; () for none."""
    return ranking_of(case.truth.get(control)), ranking_of((case.answer or {}).get(control))


def _sorted_right(case: Case, control: str, counted: Counted) -> tuple[float, float]:
    """Items in the right buckets, and all that are counted."""
    truth, answer = buckets_of(case.truth.get(control)), buckets_of((case.answer or {}).get(control))
    items = counted(truth, answer)
    return sum(answer.get(item) == truth.get(item) for item in items), len(items)
