"""How well what is said of each item of a task's list matches the truth: of all items together, and of each.

The items of all tasks are judged by the measures of the control that is repeated. Their intervals resample tasks: the
items of one task are right or wrong together. A number that is not a mean over items has no interval.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from backend.domain.answer import Answer, number_of
from backend.domain.labels.controls.base import Control, Held
from backend.domain.labels.controls.repeated import one_item
from backend.domain.metrics.cases import Case
from backend.domain.metrics.measure import Grade, Measure, Measures, graded
from backend.domain.metrics.number_distance import within_1
from backend.domain.metrics.text_match import exact_match, token_f1
from backend.domain.repeated import repeated_of
from backend.domain.statistics.task_ratios import ratio_interval, share_interval

NO_ITEM = "No ground truth says something of an item."
Item = tuple[Held, Held, bool]
"""The truth and the answer for one item, and whether the answer can be used."""
Part = Callable[[Control, Item], tuple[float, float]]
"""What an item adds to a sum, and to what the sum is divided by."""

_whole = graded({"accuracy": exact_match})


def of_repeated(cases: Sequence[Case], field: Control, measures: Mapping[str, Measures]) -> Mapping[str, Measure]:
    """The share of outputs that are right for all items, and what `measures` tell of single items, as `item_NAME`."""
    inner = one_item(field)
    counted = [(_items(case, field, inner), case.tasks) for case in cases]
    items = _as_cases(counted, inner)
    found = measures[inner.tag](items, inner) if items else {"accuracy": Measure(None, None, NO_ITEM)}
    own = {f"item_{name}": _by_task(name, measure, counted, inner) for name, measure in found.items()}
    return {**_whole(cases, field), **own}


def _items(case: Case, field: Control, inner: Control) -> list[Item]:
    """Those of a task that count: all of which the truth or the answer says something; where each must have a value,
    those of the truth alone, because a person who left one out says nothing about it."""
    truth, answer = repeated_of(case.truth.get(field.name)), repeated_of((case.answer or {}).get(field.name))
    numbers = truth if inner.must_answer else {**truth, **answer}
    return [(truth.get(number), answer.get(number), case.answer is not None) for number in numbers]


def _as_cases(counted: Iterable[tuple[list[Item], int]], inner: Control) -> list[Case]:
    times = Counter[Item]()
    for items, tasks in counted:
        for item in items:
            times[item] += tasks
    return [_case(item, number, inner) for item, number in times.items()]


def _case(item: Item, times: int, inner: Control) -> Case:
    truth, answer, usable = item
    said: Answer | None = {inner.name: answer} if usable else None
    return Case({inner.name: truth}, said, times, usable and inner.equal(answer, truth))


def _by_task(name: str, measure: Measure, counted: Sequence[tuple[list[Item], int]], inner: Control) -> Measure:
    part = PARTS.get(name)
    if part is None or measure.value is None:
        return Measure(measure.value, None, measure.reason)
    known = {item: part(inner, item) for items, _ in counted for item in items}
    rows = [row for items, tasks in counted for row in [_sum(known[item] for item in items)] * tasks]
    return Measure(measure.value, (ratio_interval if name in _DISTANCES else share_interval)(rows), measure.reason)


def _sum(parts: Iterable[tuple[float, float]]) -> tuple[float, float]:
    listed = list(parts)
    return sum(part for part, _ in listed), sum(whole for _, whole in listed)


def _share(grade: Grade) -> Part:
    return lambda inner, item: (grade(inner, item[1], item[0]) if item[2] else 0.0, 1.0)


def _distance(of: Callable[[float], float]) -> Part:
    """Of items with a number on both sides."""

    def part(inner: Control, item: Item) -> tuple[float, float]:
        truth, answer = number_of(item[0]), number_of(item[1])
        return (0.0, 0.0) if truth is None or answer is None else (of(answer - truth), 1.0)

    return part


_DISTANCES = {"mean_absolute_error": _distance(abs), "bias": _distance(float)}
PARTS: Mapping[str, Part] = {
    "accuracy": _share(exact_match),
    "exact_match": _share(exact_match),
    "token_f1": _share(token_f1),
    "within_1": _share(within_1),
    **_DISTANCES,
}
"""Measures that are means over items."""
