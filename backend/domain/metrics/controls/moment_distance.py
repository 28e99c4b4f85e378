"""How far the dates and times of a control are from the truths, as measures of it.

Shares are over all outputs. An error needs a date or time on both sides: it leaves out tasks whose ground truth or
answer has none, so the coverage stands beside it.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from backend.domain.answer import moment_of
from backend.domain.labels.controls.base import Control, Held
from backend.domain.labels.controls.values.moment_form import moment_said
from backend.domain.metrics.cases import Case
from backend.domain.metrics.controls.measure import ControlMetrics, Mean, Strictness, graded, values_of
from backend.domain.metrics.controls.moments import Moment, apart
from backend.domain.metrics.controls.text_match import EXACT
from backend.domain.statistics.task_ratios import Sums, ratio_interval

NO_MOMENT = "In no task both the ground truth and the answer have a date or time."
_DAY, _HOUR, _MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def _means(cases: Sequence[Case], field: Control) -> Mapping[str, Mean]:
    """Accuracy, the share at most a day (with hours: an hour) away, and the mean error in days (minutes)."""
    timed = any(":" in text for case in cases for text in _texts(case, field.name))
    return {"accuracy": EXACT, **(_OF_TIMES if timed else _OF_DATES)}


def _texts(case: Case, control: str) -> list[str]:
    held = (moment_of(answer.get(control)) for answer in (case.truth, case.answer or {}))
    return [text for text in held if text is not None]


def within_1_day(control: Control, answer: Held, truth: Held) -> float:
    """1 where they are equal or a day apart."""
    return _within(_DAY, control, answer, truth)


def within_1_hour(control: Control, answer: Held, truth: Held) -> float:
    """1 where they are equal or up to an hour apart."""
    return _within(_HOUR, control, answer, truth)


def _within(most: timedelta, control: Control, answer: Held, truth: Held) -> float:
    answered, expected = _moment(answer), _moment(truth)
    near = answered is not None and expected is not None and apart(answered, expected) <= most
    return float(near or control.equal(answer, truth))


def _mean_error(unit: timedelta) -> Mean:
    def sums(case: Case, field: Control) -> Sums:
        answer, truth = map(_moment, values_of(case, field))
        return (0.0, 0.0) if answer is None or truth is None else (apart(truth, answer) / unit, 1.0)

    return Mean(sums, NO_MOMENT, ratio_interval)


def _moment(value: Held) -> Moment | None:
    """A time of day, which goes round, or a moment."""
    text = moment_of(value)
    moment = None if text is None else moment_said(text)
    return moment.time() if moment and text and text[2] == ":" else moment


_OF_DATES = {"within_1_day": graded(within_1_day), "mean_error_days": _mean_error(_DAY)}
_OF_TIMES = {"within_1_hour": graded(within_1_hour), "mean_error_minutes": _mean_error(_MINUTE)}
MOMENTS = ControlMetrics(
    _means,
    (
        Strictness("mean_error_days", "dates", "exactly"),
        Strictness("mean_error_minutes", "dates and times", "to the minute"),
    ),
)
