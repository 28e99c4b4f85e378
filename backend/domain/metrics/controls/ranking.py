"""How well rankings, and items sorted into buckets, match those of the truth, as measures of a control.

NDCG (Järvelin and Kekäläinen 2002): gains n - rank, each discounted by log2(place + 1), over those of the truth's own
order. Intervals are over tasks. A tau needs two items on both sides, so the coverage stands beside it.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from math import log2

from backend.domain.answer import Ranking, buckets_of, ranking_of
from backend.domain.labels.controls.base import Control, Held
from backend.domain.metrics.cases import Case
from backend.domain.metrics.controls.measure import ControlMetrics, Mean, Strictness, always, graded, values_of
from backend.domain.metrics.controls.text_match import EXACT
from backend.domain.statistics.rank_correlation import kendall_tau, same_items
from backend.domain.statistics.task_ratios import Sums, signed_interval

NO_RANKING = "In no task both the ground truth and the answer rank the same two or more items."
NO_ITEM = "No ground truth has an item in a bucket."
NO_LABEL = "No picture has a label, in a ground truth or in an answer."
Buckets = Mapping[str, tuple[str, ...]]
Counted = Callable[[Buckets, Buckets], Collection[str]]
"""The items that count, of those of the truth and of the answer."""


def first_place(control: Control, answer: Held, truth: Held) -> float:
    """1 where the same item is first."""
    return float(ranking_of(answer)[:1] == ranking_of(truth)[:1])


def ndcg(truth: Sequence[str], answer: Sequence[str]) -> float | None:
    """Up to 1 for the truth's own order; None without items, or for not the same ones, each once."""
    if not truth or not same_items(truth, answer):
        return None
    gain = {item: len(truth) - index for index, item in enumerate(truth)}
    return _discounted([gain[item] for item in answer]) / _discounted([gain[item] for item in truth])


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / log2(rank + 1) for rank, gain in enumerate(gains, start=1))


def _of_orders(number: Callable[[Sequence[str], Sequence[str]], float | None]) -> Mean:
    """The mean of a number up to 1 and above -1, over the tasks with an order of the same items, two or more, on both
    sides. `number`: truth and answer -> the number; None where it does not exist."""

    def sums(case: Case, field: Control) -> Sums:
        answer, truth = map(ranking_of, values_of(case, field))
        value = number(truth, answer) if len(truth) > 1 else None
        return (0.0, 0.0) if value is None else (value, 1.0)

    return Mean(sums, NO_RANKING, signed_interval)


def _of_items(counted: Counted, nothing: str) -> dict[str, Mean]:
    """The shares of outputs with all items in the right buckets, and of items in the right one."""

    def sums(case: Case, field: Control) -> Sums:
        answer, truth = map(buckets_of, values_of(case, field))
        items = counted(truth, answer)
        return float(sum(answer.get(item) == truth.get(item) for item in items)), float(len(items))

    return {"accuracy": EXACT, "item_accuracy": Mean(sums, nothing)}


_RANKINGS = {
    "accuracy": EXACT,
    "top_1": graded(first_place),
    "kendall_tau": _of_orders(kendall_tau),
    "ndcg": _of_orders(ndcg),
}
_BUCKETS = _of_items(lambda truth, _: truth, NO_ITEM)
_EVERY_ITEM = Strictness("item_accuracy", "values of items", "for every item")
LISTS = ControlMetrics(
    lambda cases, field: _RANKINGS if field.holds is Ranking else _BUCKETS,
    (Strictness("kendall_tau", "rankings", "from the first to the last place"), _EVERY_ITEM),
)
"""Of a control over the items of a list: a ranking, or buckets."""
BUCKETS = ControlMetrics(always(_BUCKETS), (_EVERY_ITEM,))
ITEM_LABELS = ControlMetrics(
    always(_of_items(lambda truth, answer: {**truth, **answer}, NO_LABEL)),
    (_EVERY_ITEM,),
)
"""Of labels of each picture: the pictures count that have any in the output or in the truth."""
