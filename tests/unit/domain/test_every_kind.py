"""What the commands compute, for every kind of control: each has a result, or says in one sentence why there is none.

The kinds are the sets of `tests/control_sets.py`, answered by stored completions: right ones, one that can't be used,
one that never came, and one that leaves everything empty.
"""

import csv
import io
import json
from dataclasses import replace
from functools import lru_cache
from math import log
from pathlib import Path
from typing import Any

import pytest

from backend.adapters.database.prompts import Store
from backend.domain.answer import Answer
from backend.domain.audit.conflicts import confused_labels, disagreements, duplicates
from backend.domain.audit.label_errors import audit, vote_of
from backend.domain.calibration.fit import calibrate
from backend.domain.calibration.scored_answers import scored_answers_of
from backend.domain.calibration.threshold import risk_coverage, threshold
from backend.domain.calibration.wrong_share import wrong_share
from backend.domain.chat.branches import branches
from backend.domain.chat.packed import packed
from backend.domain.chat.request import Completion
from backend.domain.dataset.ground_truth import NOTHING, gone_labels, truth_of
from backend.domain.dataset.stratify import stratified, stratum
from backend.domain.dataset.subset import Subset
from backend.domain.few_shot.selection import Candidate, kept
from backend.domain.labels.regions import fingerprint, from_result, is_submittable, to_result
from backend.domain.labels.related import json_of
from backend.domain.labels.schema import LabelSchema
from backend.domain.metrics.comparison import compare
from backend.domain.metrics.confusions import confusions
from backend.domain.metrics.evaluation import evaluation
from backend.domain.outcome import DeferredConfidence, Failure, Outcome, Rejection, Truth
from backend.domain.prompts.default_prompt import first_prompt
from backend.domain.prompts.examples import Example
from backend.domain.prompts.version import PromptVersion
from backend.domain.reports.report import ReportBasis, VersionAnswers, make_report
from backend.domain.reports.table_rows import TableLayout
from backend.domain.resolution.logprob_confidence import Counted, confidence
from backend.domain.resolution.resolve import has_probability, open_numbers, resolve
from backend.domain.task import Task
from backend.interfaces.presentation.caveats import caveats
from backend.interfaces.presentation.report_page import page
from tests.control_sets import SETS, control_set
from tests.scripted import some, tokens, version


class AnsweredKind:
    """A set, what people said of its tasks, and what two versions did."""

    def __init__(self, name: str) -> None:
        found = control_set(name)
        self.schema: LabelSchema = found.schema
        self.tasks = [Task(number, data) for number, data in enumerate(found.tasks, 1)]
        self.bound = [found.bound(number) for number in range(len(found.tasks))]
        self.truths = [self._truth(number, found.truths[number]) for number in range(len(found.tasks))]
        self.right = [self._outcome(number, found.answers[number]) for number in range(len(found.tasks))]
        self.said = found.answers
        nothing: Answer = dict.fromkeys(self.schema.names)
        rejected, failed = Rejection("not_json", "No JSON."), Failure("timeout", "Late.")
        self.mixed = [self.right[0], Outcome(2, rejected), Outcome(3, failed), Outcome(4, nothing), *self.right[4:]]
        self.versions = {"kind@1": self.mixed, "kind@2": self.right}

    def _truth(self, number: int, result: Any) -> Truth:
        return some(truth_of(number + 1, [{"result": result}], "any", self.bound[number]))

    def _outcome(self, number: int, said: Any) -> Outcome:
        halves = [json.dumps(said)[at : at + 9] for at in range(0, len(json.dumps(said)), 9)]
        said_so = tokens(*((half, 0.99) for half in halves))
        return some(resolve(number + 1, [[said_so]], self.bound[number], lambda *_: lambda *_: None))

    def completion(self, number: int) -> Completion:
        """An answer with what else might have been said."""
        text = json.dumps(self.said[number])
        pieces = [text[at : at + 9] for at in range(0, len(text), 9)]
        told = [((piece, log(0.6)), ("other", log(0.3))) for piece in pieces]
        reported = [(piece.encode(), log(0.6)) for piece in pieces]
        found = replace(tokens(*((piece, 0.6) for piece in pieces)), digest=str(number))
        return replace(found, branches=branches(text, reported, self.bound[number].allowed, told.__getitem__))

    def version(self, number: int) -> PromptVersion:
        return version(first_prompt(self.schema).template, self.schema, name="kind", number=number)

    def answers(self, number: int) -> VersionAnswers:
        return VersionAnswers(self.version(number), self.versions[f"kind@{number}"], {1: "{}"})


kind_of = lru_cache(maxsize=None)(AnsweredKind)


@pytest.fixture(params=SETS)
def kind(request: pytest.FixtureRequest) -> AnsweredKind:
    return kind_of(request.param)


@pytest.mark.slow
def test_evaluate_counts_what_is_right(kind: AnsweredKind) -> None:
    found = evaluation(kind.mixed, kind.truths, kind.schema)
    empty = kind.schema.equal(kind.mixed[3].answer, kind.truths[3].answer)
    assert (found.score.outputs, found.score.accuracy) == (4, (2 + empty) / 4)
    for measures in found.measures.values():
        assert all(measure.value is not None or measure.reason for measure in measures.values())
    assert all(str(line).endswith((".", "n/a")) for line in caveats(found, Subset("ground-truth")))
    assert evaluation(kind.right, kind.truths, kind.schema).score.accuracy == 1
    nothing = evaluation([Outcome(1, Failure("timeout", "Late."))], kind.truths, kind.schema)
    assert nothing.score.accuracy is None
    assert nothing.reasons["accuracy"]


def test_compare_pairs_by_task(kind: AnsweredKind) -> None:
    pair = compare(kind.versions, kind.truths, kind.schema).pairs[0]
    empty = kind.schema.equal(kind.mixed[3].answer, kind.truths[3].answer)
    assert (len(pair.fixed), len(pair.broken)) == (2 - empty, 0)


def test_a_confidence_is_there_where_it_says_something(kind: AnsweredKind) -> None:
    for number, outcome in enumerate(kind.right):
        sure = has_probability(some(outcome.answer), kind.bound[number])
        assert (outcome.confidence is not None) == sure
        assert outcome.confidence is None or 0 < outcome.confidence <= 1


def test_packed_answers_come_to_the_same_as_those_that_just_came(kind: AnsweredKind, tmp_path: Path) -> None:
    """As the engine holds them, and as the database returns them. Their confidence is the one that the rules give now,
    computed when it is asked for."""
    store = Store(f"sqlite:///{tmp_path / 'record.sqlite3'}")
    for number, bound in enumerate(kind.bound):
        plain = kind.completion(number)
        store.add_completions([packed(plain)])
        same = (plain, packed(plain), *store.completions([plain.digest])[plain.digest])
        found = [some(resolve(number, [[one]], bound, lambda *_: lambda *_: 1.0)) for one in same]
        assert all(isinstance(one.confidences, DeferredConfidence) for one in found)
        answer = some(found[0].answer)
        counted = Counted(bound.probable(answer), open_numbers(answer, bound), bound.allowed)
        expected = confidence(plain, counted) if counted.keys else found[0].computed
        several = expected.controls if expected and len(bound.names) > 1 else {}
        assert [(one.confidence, one.controls or {}) for one in found] == [(expected and expected.joint, several)] * 3
        assert found[0] == found[1] == found[2], "spans and marks have their own in the answer"
    store.close()


def test_calibrate_and_threshold_have_a_result_or_a_reason(kind: AnsweredKind) -> None:
    claims = scored_answers_of(kind.mixed, kind.truths, kind.schema)
    assert calibrate(claims).calibrator is None, "five tasks are too few"
    assert threshold(claims, 0.9).reason
    assert wrong_share(claims, 0.1).reason
    assert len(risk_coverage(claims)) <= len(claims)


@pytest.mark.slow
def test_audit_and_votes_take_equal_answers_as_equal(kind: AnsweredKind) -> None:
    vote = vote_of(kind.right, kind.truths, kind.schema)
    assert vote.answers == {t.task_id: t.answer for t in kind.truths}
    assert not audit({"kind@2": kind.right}, kind.truths, kind.schema)
    assert isinstance(audit(kind.versions, kind.truths, kind.schema), list)
    confused_labels([evaluation(kind.mixed, kind.truths, kind.schema).score])
    assert not duplicates(kind.tasks[:1], kind.truths, kind.schema)
    said = {truth.task_id: [truth.answer, dict.fromkeys(kind.schema.names)] for truth in kind.truths}
    assert len(disagreements(said, kind.schema)) == sum(not kind.schema.equal(*pair) for pair in said.values())


def test_a_stratum_is_one_line_and_a_sample_has_each(kind: AnsweredKind) -> None:
    strata = {truth.task_id: stratum(truth.answer, kind.schema) for truth in kind.truths}
    assert all("\n" not in name for name in strata.values())
    assert all(strata.values()) == bool(kind.schema.classed.fields)
    chosen = stratified(strata, len(set(strata.values())))
    assert {strata[task] for task in chosen} == set(strata.values())


@pytest.mark.slow
def test_examples_are_chosen_and_read_back(kind: AnsweredKind) -> None:
    shown = [
        Example(task.id, {"text": str(task.id)}, json_of(truth.answer, bound.fields))
        for task, truth, bound in zip(kind.tasks, kind.truths, kind.bound, strict=True)
    ]
    labelled = zip(shown, kind.truths, strict=True)
    candidates = [Candidate(example, kind.schema.labels(truth.answer)) for example, truth in labelled]
    for select in ("similar", "balanced", "diverse"):
        chosen = kept(candidates, 2, select)
        assert 2 <= len(chosen) <= 5
        for example in chosen:
            number = shown.index(example)
            assert kind.bound[number].parse(example.answer) == kind.truths[number].answer


@pytest.mark.slow
def test_a_report_and_a_table_have_a_row_for_each_task(kind: AnsweredKind) -> None:
    ground = ReportBasis("Kinds", "http://x/", kind.tasks, kind.truths, NOTHING, kind.schema)
    made = make_report(kind.answers(1), kind.answers(2), ground, ())
    assert [len(made.tasks), made.summary.tasks] == [5, 5]
    html = page(made, Subset("ground-truth"), "2026-01-01").decode()
    scores = [f"<td>{name}</td>" for measures in made.evaluation.measures.values() for name in measures]
    assert [score for score in scores if score not in html] == [], "those of each control by itself"
    assert ('id="controls"' in html) == bool(scores)
    assert ('id="labels"' in html) == ('href="#labels"' in html) == bool(made.evaluation.score.per_label), (
        "no empty table"
    )
    layout = TableLayout(kind.version(1), kind.schema)
    replies = zip(kind.tasks, kind.mixed, kind.truths, strict=True)
    rows = [layout.row(task, outcome, truth.answer, "") for task, outcome, truth in replies]
    assert {len(row) for row in rows} == {len(layout.columns)}
    csv.writer(io.StringIO()).writerows(rows)
    json.dumps([row[len(layout.version.variables) + 1 :] for row in rows])


@pytest.mark.slow
def test_feedback_names_what_is_confused(kind: AnsweredKind) -> None:
    tables = evaluation(kind.mixed, kind.truths, kind.schema).score.confusion
    assert all(found.sentence for found in confusions([tables]))
    assert all(kind.schema.show(truth.answer) for truth in kind.truths)
    assert not any(gone_labels(t.answer, bound) for t, bound in zip(kind.truths, kind.bound, strict=True))


def test_predictions_are_pushed_annotated_and_recognised(kind: AnsweredKind) -> None:
    for outcome, bound in zip(kind.right, kind.bound, strict=True):
        answer = some(outcome.answer)
        result = to_result(answer, bound, outcome.controls)
        assert from_result(result, bound) == answer
        assert is_submittable(result, bound)
        assert fingerprint(0.5, result) == fingerprint(0.5, list(reversed(result)))


@pytest.mark.slow
@pytest.mark.parametrize("name", SETS)
def test_nothing_depends_on_which_control_is_the_first(name: str) -> None:
    found = kind_of(name)
    turned = LabelSchema(tuple(reversed(found.schema.fields)), found.schema.variables, inputs=found.schema.inputs)
    assert evaluation(found.right, found.truths, turned).score.accuracy == 1
    assert compare(found.versions, found.truths, turned).pairs[0].broken == ()
