"""How well what is said of spans matches the truth: on the spans that are right, and together with the span."""

from collections.abc import Callable, Mapping, Sequence

from backend.domain.answer import AnswerValue, spans_of, unlocated_of
from backend.domain.labels.controls.base import Control, Held
from backend.domain.labels.controls.spans.attributes import Attribute
from backend.domain.labels.controls.spans.marking import attributes_of
from backend.domain.metrics.cases import Case
from backend.domain.metrics.controls.measure import Measure, Strictness, measure_of
from backend.domain.metrics.controls.set_match import SetMatch, set_match, total

NO_SPAN = "No span that could have it is marked, neither in the ground truths nor in the answers."
NO_COMMON_SPAN = "No span that could have it is both in a ground truth and in its answer."

STRICT = Strictness("tuple_f1", "values of spans", "for every span")
Span = tuple[int, int, str]
"""[start, end) and the label."""


def of_attributes(cases: Sequence[Case], fields: Sequence[Control]) -> dict[str, Mapping[str, Measure]]:
    """Attribute -> its measures, over the spans of all `fields` that have it: the share of right values among the spans
    that are both in the ground truth and in the answer, and the F1 over spans with their value."""
    owners: dict[str, list[tuple[str, Attribute]]] = {}
    for field in fields:
        for part in attributes_of(field).parts:
            owners.setdefault(part.name, []).append((field.name, part))
    return {name: _measured(cases, own) for name, own in owners.items()}


def _measured(cases: Sequence[Case], owners: Sequence[tuple[str, Attribute]]) -> dict[str, Measure]:
    values, tuples = (_of_cases(cases, owners, match) for match in (value_match, tuple_match))
    tasks = [case.tasks for case in cases]
    return {
        "accuracy": measure_of([(match.hits, match.expected) for match in values], tasks, NO_COMMON_SPAN),
        "tuple_f1": measure_of([match.sums for match in tuples], tasks, NO_SPAN),
    }


def _of_cases(
    cases: Sequence[Case], owners: Sequence[tuple[str, Attribute]], match: Callable[[Held, Held, Attribute], SetMatch]
) -> list[SetMatch]:
    """One for each task of a case. An answer that can't be used marks nothing."""
    return [total(match((case.answer or {}).get(n), case.truth.get(n), part) for n, part in owners) for case in cases]


def value_match(answer: Held, truth: Held, part: Attribute) -> SetMatch:
    """Of the spans that both have, those with the same value; no value is one too."""
    expected, answered = _values(truth, part), _values(answer, part)
    common = expected.keys() & answered.keys()
    return SetMatch(sum(expected[span] == answered[span] for span in common), len(common), len(common))


def tuple_match(answer: Held, truth: Held, part: Attribute) -> SetMatch:
    """Counts spans with the same start, end, label and value. A quote without a place is wrong."""
    in_vain = sum(part.takes([lost.label]) for lost in unlocated_of(answer))
    return set_match(_values(truth, part).items(), _values(answer, part).items()) + SetMatch(answered=in_vain)


def _values(value: Held, part: Attribute) -> dict[Span, AnswerValue | None]:
    """The value of each span that could have one."""
    held = {span.key: dict(span.attributes).get(part.name) for span in spans_of(value)}
    return {span: value for span, value in held.items() if value is not None or part.takes([span[2]])}
