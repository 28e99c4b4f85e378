"""How well what is said of each item of a task's list matches the truth: of all items together, and of each.

The items of all tasks are judged by the measures of the control that is repeated. Their intervals resample tasks: the
items of one task are right or wrong together. A number that is not a mean over items has no interval.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta

from backend.domain.answer import Answer, number_of
from backend.domain.labels.controls.base import Control, Held
from backend.domain.labels.controls.repeated import one_item
from backend.domain.metrics.cases import Case
from backend.domain.metrics.measure import Grade, Measure, Measures, graded
from backend.domain.metrics.moment_distance import DAY, MINUTE, gap_between, within_1_day, within_1_hour
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
    of_items = measures[inner.tag](items, inner) if items else {"accuracy": Measure(None, None, NO_ITEM)}
    own = {f"item_{name}": _by_task(name, measure, counted, inner) for name, measure in of_items.items()}
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
    case_answer: Answer | None = {inner.name: answer} if usable else None
    return Case({inner.name: truth}, case_answer, times, usable and inner.equal(answer, truth))


def _by_task(name: str, measure: Measure, counted: Sequence[tuple[list[Item], int]], inner: Control) -> Measure:
    part = PARTS.get(name)
    if part is None or measure.value is None:
        return Measure(measure.value, None, measure.reason)
    parts = {item: part(inner, item) for items, _ in counted for item in items}
    rows = [row for items, tasks in counted for row in [_sum(parts[item] for item in items)] * tasks]
    return Measure(measure.value, (ratio_interval if name in _DISTANCES else share_interval)(rows), measure.reason)


def _sum(parts: Iterable[tuple[float, float]]) -> tuple[float, float]:
    listed = list(parts)
    return sum(part for part, _ in listed), sum(whole for _, whole in listed)


def _share(grade: Grade) -> Part:
    return lambda inner, item: (grade(inner, item[1], item[0]) if item[2] else 0.0, 1.0)


def _distance(of: Callable[[Held, Held], float | None]) -> Part:
    """Of items with a number, or a date, on both sides. `of`: truth and answer -> how far they are apart."""

    def part(inner: Control, item: Item) -> tuple[float, float]:
        distance = of(item[0], item[1])
        return (0.0, 0.0) if distance is None else (distance, 1.0)

    return part


def _too_large(truth: Held, answer: Held) -> float | None:
    """What the number of an answer is too large by."""
    expected, answered = number_of(truth), number_of(answer)
    return None if expected is None or answered is None else answered - expected


def _error(truth: Held, answer: Held) -> float | None:
    bias = _too_large(truth, answer)
    return None if bias is None else abs(bias)


def _gap(unit: timedelta) -> Part:
    def gap(truth: Held, answer: Held) -> float | None:
        between = gap_between(truth, answer)
        return None if between is None else between / unit

    return _distance(gap)


_DISTANCES = {
    "mean_absolute_error": _distance(_error),
    "bias": _distance(_too_large),
    "mean_error_days": _gap(DAY),
    "mean_error_minutes": _gap(MINUTE),
}
PARTS: Mapping[str, Part] = {
    "accuracy": _share(exact_match),
    "exact_match": _share(exact_match),
    "token_f1": _share(token_f1),
    "within_1": _share(within_1),
    "within_1_day": _share(within_1_day),
    "within_1_hour": _share(within_1_hour),
    **_DISTANCES,
}
"""Measures that are means over items."""
