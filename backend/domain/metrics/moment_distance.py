"""How far the dates and times of a control are from the truths, as measures of it.

Shares are over all outputs. An error needs a date or time on both sides: it leaves out tasks whose ground truth or
answer has none, so the coverage stands beside it.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from backend.domain.answer import moment_of
from backend.domain.labels.controls.base import Control, Held
from backend.domain.labels.controls.moment_form import moment_said
from backend.domain.metrics.cases import Case
from backend.domain.metrics.measure import Measure, graded
from backend.domain.metrics.moments import Moment, apart
from backend.domain.metrics.text_match import exact_match
from backend.domain.statistics.intervals import ratio
from backend.domain.statistics.task_ratios import mean_interval

NO_MOMENT = "In no task both the ground truth and the answer have a date or time."
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
_HOUR = timedelta(hours=1)


def of_moments(cases: Sequence[Case], field: Control) -> Mapping[str, Measure]:
    """Accuracy, the share at most a day (with hours: an hour) away, and the mean error in days (minutes)."""
    timed = any(":" in text for case in cases for text in _texts(case, field.name))
    near, unit = ("within_1_hour", MINUTE) if timed else ("within_1_day", DAY)
    shares = graded({"accuracy": exact_match, near: within_1_hour if timed else within_1_day})
    return {**shares(cases, field), f"mean_error_{'minutes' if timed else 'days'}": _error(cases, field, unit)}


def _texts(case: Case, control: str) -> list[str]:
    held = (moment_of(answer.get(control)) for answer in (case.truth, case.answer or {}))
    return [text for text in held if text is not None]


def within_1_day(control: Control, answer: Held, truth: Held) -> float:
    """1 where they are equal or a day apart."""
    return _within(DAY, control, answer, truth)


def within_1_hour(control: Control, answer: Held, truth: Held) -> float:
    """1 where they are equal or up to an hour apart."""
    return _within(_HOUR, control, answer, truth)


def _within(most: timedelta, control: Control, answer: Held, truth: Held) -> float:
    answered, expected = _moment(answer), _moment(truth)
    near = answered is not None and expected is not None and apart(answered, expected) <= most
    return float(near or control.equal(answer, truth))


def _error(cases: Sequence[Case], field: Control, unit: timedelta) -> Measure:
    errors = [gap / unit for case in cases for gap in _gaps(case, field.name)]
    return Measure(ratio(sum(errors), len(errors)), mean_interval(errors), "" if errors else NO_MOMENT)


def _gaps(case: Case, control: str) -> list[timedelta]:
    """One for each task of the case, if both its ground truth and its answer are dates or times."""
    gap = gap_between(case.truth.get(control), (case.answer or {}).get(control))
    return [] if gap is None else [gap] * case.tasks


def gap_between(truth: Held, answer: Held) -> timedelta | None:
    """How far apart two dates or times are; None unless both are there."""
    first, other = _moment(truth), _moment(answer)
    return None if first is None or other is None else apart(first, other)


def _moment(value: Held) -> Moment | None:
    """A time of day, which goes round, or a moment."""
    text = moment_of(value)
    moment = None if text is None else moment_said(text)
    return moment.time() if moment and text and text[2] == ":" else moment
