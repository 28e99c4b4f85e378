"""How well what is said of each item of a task's list matches the truth: of all items together, and of each.

The items of all tasks are judged by the metrics of the control that is repeated. Their intervals are over tasks: the
items of one task are right or wrong together. A number that is not a mean over items has no interval.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from backend.domain.answer import Answer
from backend.domain.labels.controls.base import Control, Held
from backend.domain.labels.controls.lists.repeated import one_item
from backend.domain.metrics.cases import Case
from backend.domain.metrics.controls.measure import ControlMetrics, Mean, Measure, Strictness, values_of
from backend.domain.metrics.controls.text_match import EXACT
from backend.domain.repeated import repeated_of
from backend.domain.statistics.task_ratios import Sums

NO_ITEM = "No ground truth says something of an item."
Item = tuple[Held, Held, bool]
"""The truth and the answer for one item, and whether the answer can be used."""


def repeated_metrics(kinds: Mapping[str, ControlMetrics]) -> ControlMetrics:
    """The share of outputs that are right for all items, and what `kinds` tell of single items, as `item_NAME`.

    kinds: the kind of the control that is repeated -> its metrics; read when cases are measured
    """

    def means(cases: Sequence[Case], field: Control) -> Mapping[str, Mean]:
        inner = one_item(field)
        items = _item_cases(cases, field, inner)
        of_items = kinds[inner.tag].means(items, inner) if items else {"accuracy": Mean(EXACT.sums, NO_ITEM)}
        return {"accuracy": EXACT, **{f"item_{name}": _of_items(mean, inner) for name, mean in of_items.items()}}

    def others(cases: Sequence[Case], field: Control) -> Mapping[str, Measure]:
        inner = one_item(field)
        items = _item_cases(cases, field, inner)
        of_items = kinds[inner.tag].others(items, inner) if items else {}
        return {f"item_{name}": Measure(number.value, None, number.reason) for name, number in of_items.items()}

    return ControlMetrics(means, (Strictness("item_accuracy", "values of items", "for every item"),), others)


def _of_items(mean: Mean, inner: Control) -> Mean:
    """The same mean over the items of all tasks."""
    sums_of_items: dict[Item, Sums] = {}

    def of_item(item: Item) -> Sums:
        if item not in sums_of_items:
            sums_of_items[item] = mean.sums(_item_case(item, 1, inner), inner)
        return sums_of_items[item]

    def sums(case: Case, field: Control) -> Sums:
        of_task = [of_item(item) for item in _items(case, field, inner)]
        return sum(part for part, _ in of_task), sum(whole for _, whole in of_task)

    return Mean(sums, mean.nothing, mean.interval)


def _items(case: Case, field: Control, inner: Control) -> list[Item]:
    """Those of a task that count: all of which the truth or the answer says something; where each must have a value,
    those of the truth alone, because a person who left one out says nothing about it."""
    answer, truth = map(repeated_of, values_of(case, field))
    numbers = truth if inner.must_answer else {**truth, **answer}
    return [(truth.get(number), answer.get(number), case.answer is not None) for number in numbers]


def _item_cases(cases: Sequence[Case], field: Control, inner: Control) -> list[Case]:
    times = Counter[Item]()
    for case in cases:
        for item in _items(case, field, inner):
            times[item] += case.tasks
    return [_item_case(item, number, inner) for item, number in times.items()]


def _item_case(item: Item, times: int, inner: Control) -> Case:
    truth, answer, usable = item
    case_answer: Answer | None = {inner.name: answer} if usable else None
    return Case({inner.name: truth}, case_answer, times, usable and inner.equal(answer, truth))
