"""Classification scores: outcomes compared with ground truths. A number that does not exist is None, never 0.

An unusable answer (Rejection) is an output that is not correct and predicts no label. A task without an answer
(Failure) is not an output and does not change the accuracy. So accuracy always stands beside coverage.

Formulas: precision TP/(TP+FP), recall TP/(TP+FN), F1 2TP/(2TP+FP+FN) per label; macro: mean over the labels that occur
    in ground truths or answers; micro: from the summed counts; weighted: mean weighted by support (as in scikit-learn).
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from backend.domain.answer import Answer
from backend.domain.labels.controls.base import Control
from backend.domain.labels.schema import LabelSchema
from backend.domain.metrics.cases import Case, count_cases
from backend.domain.outcome import Outcome, Truth
from backend.domain.shapes.pairing import as_in_truth
from backend.domain.statistics.f1 import f1
from backend.domain.statistics.intervals import ratio

REJECTED = "(rejected)"
NONE = "(none)"


@dataclass(frozen=True, slots=True)
class LabelScore:
    """`support`: number of outputs whose ground truth has this label, or of spans in ground truths that have it."""

    precision: float | None
    recall: float | None
    f1: float | None
    support: int


@dataclass(frozen=True, slots=True)
class Score:
    """The scores of a version.

    accuracy: correct / outputs, by exact match of the whole answer
    confusion: control -> ground truth -> answer -> count, for controls that take one label
    """

    outputs: int
    correct: int
    accuracy: float | None
    f1_macro: float | None
    f1_micro: float | None
    f1_weighted: float | None
    per_label: Mapping[str, LabelScore]
    confusion: Mapping[str, Mapping[str, Mapping[str, int]]]


@dataclass(slots=True)
class Counts:
    """True and false positives and false negatives of one label."""

    tp: int = 0
    fp: int = 0
    fn: int = 0

    @property
    def f1(self) -> float | None:
        return f1(self.tp, self.tp + self.fp, self.tp + self.fn)


def score(outcomes: Iterable[Outcome], truths: Iterable[Truth], schema: LabelSchema) -> Score:
    """The Score of the outputs that have a ground truth; others are left out."""
    return score_of(count_cases(outcomes, truths, schema), schema)


def score_of(cases: Sequence[Case], schema: LabelSchema) -> Score:
    """The Score of counted cases."""
    outputs = sum(case.tasks for case in cases)
    correct = sum(case.tasks for case in cases if case.correct)
    counts = _count(cases, schema)
    total = Counts(
        sum(c.tp for c in counts.values()), sum(c.fp for c in counts.values()), sum(c.fn for c in counts.values())
    )
    f1s = [(c.f1 or 0.0, c.tp + c.fn) for c in counts.values()]
    return Score(
        outputs=outputs,
        correct=correct,
        accuracy=ratio(correct, outputs),
        f1_macro=ratio(sum(value for value, _ in f1s), len(f1s)),
        f1_micro=total.f1,
        f1_weighted=ratio(sum(value * support for value, support in f1s), total.tp + total.fn),
        per_label={label: _label_score(counts[label]) for label in _ordered(counts, schema)},
        confusion=confusion_tables(cases, schema),
    )


def _count(cases: Sequence[Case], schema: LabelSchema) -> dict[str, Counts]:
    """Counts of the labels that occur."""
    counts: dict[str, Counts] = {}
    for case in cases:
        expected, answered = items_of(case, schema)
        for item in expected | answered:
            count = counts.setdefault(item[0], Counts())
            count.tp += case.tasks * (item in expected and item in answered)
            count.fp += case.tasks * (item not in expected)
            count.fn += case.tasks * (item not in answered)
    return counts


Item = tuple[str, Hashable]
"""A label as scores name it, and what it was given to: None for the whole task, or a span."""


def items_of(case: Case, schema: LabelSchema, fields: Sequence[Control] | None = None) -> tuple[set[Item], set[Item]]:
    """What is counted of the ground truth and of the answer; an unusable answer has none. Marks in a picture that are
    the same count as equal.

    fields: the controls that count; by default all
    """
    counted = schema.fields if fields is None else fields
    answer = {name: as_in_truth(value, case.truth.get(name)) for name, value in (case.answer or {}).items()}
    return _items(case.truth, schema, counted), _items(answer, schema, counted)


def _items(answer: Answer, schema: LabelSchema, fields: Sequence[Control]) -> set[Item]:
    held = [(field, field.items(answer.get(field.name))) for field in fields]
    return {(schema.class_name(field.name, label), item) for field, items in held for label, item in items}


def _label_score(counts: Counts) -> LabelScore:
    precision = ratio(counts.tp, counts.tp + counts.fp)
    return LabelScore(precision, ratio(counts.tp, counts.tp + counts.fn), counts.f1, counts.tp + counts.fn)


def _ordered(counts: Mapping[str, Counts], schema: LabelSchema) -> list[str]:
    """Labels in the order of the config; labels that only ground truths have come last."""
    position = {label: number for number, label in enumerate(schema.classes)}
    return sorted(counts, key=lambda label: (position.get(label, len(position)), label))


def confusion_tables(cases: Sequence[Case], schema: LabelSchema) -> dict[str, dict[str, dict[str, int]]]:
    """Control -> ground truth -> answer -> count, for controls that take one label."""
    tables: dict[str, dict[str, dict[str, int]]] = {}
    for field in schema.fields:
        if not field.exclusive:
            continue
        cells = Counter[tuple[str, str]]()
        for case in cases:
            answer = REJECTED if case.answer is None else _class(case.answer, field)
            cells[_class(case.truth, field), answer] += case.tasks
        table: dict[str, dict[str, int]] = {}
        for (truth, answer), number in sorted(cells.items()):
            table.setdefault(truth, {})[answer] = number
        tables[field.name] = table
    return tables


def _class(answer: Answer, field: Control) -> str:
    """A label that is called like what stands for none of them is put in quotes."""
    label = ", ".join(field.classes(answer.get(field.name)))
    return f'"{label}"' if label in (NONE, REJECTED) else label or NONE
