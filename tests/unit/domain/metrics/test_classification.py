"""Scores equal scikit-learn's on whatever can happen; what scikit-learn has no word for is said here by hand."""

from collections.abc import Iterable, Sequence
from itertools import combinations_with_replacement, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, precision_recall_fscore_support
from sklearn.preprocessing import MultiLabelBinarizer

from backend.domain.answer import Labels, labels_or_none
from backend.domain.labels.config import read_config
from backend.domain.labels.schema import LabelSchema
from backend.domain.metrics.classification import NONE, REJECTED, Score, score
from backend.domain.outcome import Failure, Outcome, Rejection, Truth
from tests.properties import COMPARED, cases

LABELS = ("b", "a", "d", "c")
UNKNOWN = "gone from the config"
LABELS_AND_UNKNOWN = (*LABELS, UNKNOWN)
REJECTION = Rejection("not_json", "It is none.")
FAILURE = Failure("timeout", "It took too long.")

truth_labels = st.sampled_from((*LABELS, UNKNOWN))
single_cases = st.lists(st.tuples(truth_labels, st.sampled_from((*LABELS, REJECTION))), min_size=1, max_size=40)
sets = st.frozensets(st.sampled_from(LABELS), max_size=4)
truth_sets = st.frozensets(truth_labels, max_size=4)
multiple_cases = st.lists(st.tuples(truth_sets, st.one_of(sets, st.just(REJECTION))), min_size=1, max_size=30)


def schema(*controls: tuple[str, str]) -> LabelSchema:
    """Controls (name, choice attribute), each with LABELS."""
    choices = "".join(f'<Choice value="{label}"/>' for label in LABELS)
    fields = (f'<Choices name="{name}" toName="t" choice="{kind}">{choices}</Choices>' for name, kind in controls)
    return read_config(f'<View><Text name="t" value="$text"/>{"".join(fields)}</View>')


SINGLE = schema(("c", "single"))
MULTIPLE = schema(("c", "multiple"))
BOTH = schema(("one", "single"), ("many", "multiple"))


def scored(pairs: Sequence[tuple[Any, Any]], labels: LabelSchema) -> Score:
    """`pairs` of truth and verdict, each a mapping of control to labels, a Rejection or a Failure."""
    truths = [Truth(task, truth) for task, (truth, _) in enumerate(pairs)]
    return score([Outcome(task, verdict) for task, (_, verdict) in enumerate(pairs)], truths, labels)


def single(pairs: Sequence[tuple[str, Any]]) -> Score:
    return scored(
        [({"c": Labels((t,))}, v if isinstance(v, Rejection | Failure) else {"c": Labels((v,))}) for t, v in pairs],
        SINGLE,
    )


def said(verdict: Any) -> str:
    return REJECTED if isinstance(verdict, Rejection) else str(verdict)


@pytest.mark.slow
@cases(COMPARED)
@given(single_cases)
def test_one_label_as_scikit_learn(pairs: list[tuple[str, Any]]) -> None:
    found = single(pairs)
    truth, answer = [t for t, _ in pairs], [said(v) for _, v in pairs]
    labels = [label for label in (*LABELS, UNKNOWN) if label in {*truth, *answer}]
    assert list(found.per_label) == labels
    assert found.accuracy == pytest.approx(accuracy_score(truth, answer))
    assert (found.outputs, found.correct) == (len(pairs), sum(map(str.__eq__, truth, answer)))
    for average, mine in (("macro", found.f1_macro), ("micro", found.f1_micro), ("weighted", found.f1_weighted)):
        assert mine == pytest.approx(f1_score(truth, answer, labels=labels, average=average, zero_division=0))
    numbers = precision_recall_fscore_support(truth, answer, labels=labels, zero_division=0)
    check_labels(found, labels, numbers, set(answer), set(truth))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:A single label was found")
@cases(COMPARED)
@given(single_cases)
def test_the_confusion_as_scikit_learn(pairs: list[tuple[str, Any]]) -> None:
    table = single(pairs).confusion["c"]
    names = sorted({name for truth, verdict in pairs for name in (truth, said(verdict))})
    mine = [[table.get(truth, {}).get(answer, 0) for answer in names] for truth in names]
    assert mine == confusion_matrix([t for t, _ in pairs], [said(v) for _, v in pairs], labels=names).tolist()


@pytest.mark.slow
@cases(COMPARED)
@given(multiple_cases)
def test_many_labels_as_scikit_learn(pairs: list[tuple[frozenset[str], Any]]) -> None:
    found = scored([({"c": ordered(truth)}, answered("c", verdict)) for truth, verdict in pairs], MULTIPLE)
    truths = [set(truth) for truth, _ in pairs]
    answers = [set() if verdict is REJECTION else set(verdict) for _, verdict in pairs]
    labels = [label for label in (*LABELS, UNKNOWN) if label in set().union(*truths, *answers)]
    check_sets(found, truths, answers, labels)
    assert found.correct == sum(t == a for (t, a) in pairs)
    assert found.confusion == {}


@pytest.mark.slow
@cases(COMPARED)
@given(st.lists(st.tuples(truth_labels, truth_sets, st.sampled_from(LABELS), sets), min_size=1, max_size=20))
def test_several_controls_as_scikit_learn(rows: list[tuple[str, Any, str, Any]]) -> None:
    pairs = [
        ({"one": Labels((t,)), "many": ordered(ts)}, {"one": Labels((a,)), "many": ordered(as_)})
        for t, ts, a, as_ in rows
    ]
    found = scored(pairs, BOTH)
    truths = [{f"one: {t}"} | {f"many: {label}" for label in ts} for t, ts, _, _ in rows]
    answers = [{f"one: {a}"} | {f"many: {label}" for label in as_} for _, _, a, as_ in rows]
    order = [f"{control}: {label}" for control in ("one", "many") for label in LABELS]
    order += sorted(f"{control}: {UNKNOWN}" for control in ("one", "many"))
    check_sets(found, truths, answers, [label for label in order if label in set().union(*truths, *answers)])
    assert found.correct == sum(t == a for t, a in zip(truths, answers, strict=True))
    assert list(found.confusion) == ["one"]


def small_cases(kinds: Sequence[tuple[Any, Any]], most: int) -> list[list[tuple[Any, Any]]]:
    """Each case of up to `most` tasks, of whatever kinds (a truth and a verdict)."""
    return [[*case] for tasks in range(1, most + 1) for case in combinations_with_replacement(kinds, tasks)]


def apart(case: int, labels: Iterable[str]) -> list[str]:
    """Labels that no other case has, so that scikit-learn is asked about all cases at once."""
    return [f"{case}: {label}" for label in labels]


def check_each(found: list[Score], numbers: Any, occur: list[tuple[list[str], set[str], set[str]]]) -> None:
    """Against scikit-learn's numbers of each label.

    occur: of each case, its labels, the answered ones and the true ones
    """
    start = 0
    for mine, (labels, answered, true) in zip(found, occur, strict=True):
        part = [column[start : start + len(labels)] for column in numbers]
        check_labels(mine, labels, part, answered, true)
        start += len(labels)
        if labels:
            assert mine.f1_macro == pytest.approx(np.mean(part[2]))
            assert (mine.f1_weighted or 0) == pytest.approx(np.average(part[2], weights=part[3]) if true else 0)
    assert start == len(numbers[0])


def test_every_small_case_of_one_label_as_scikit_learn() -> None:
    small = small_cases([*product(("b", "a", UNKNOWN), ("b", "a", REJECTION))], 3)
    found = [single(case) for case in small]
    true, answered = ([{said(pair[side]) for pair in case} for case in small] for side in (0, 1))
    labels = [[label for label in LABELS_AND_UNKNOWN if label in t | a] for t, a in zip(true, answered, strict=True)]
    truths, answers = (
        [name for number, case in enumerate(small) for name in apart(number, (said(pair[side]) for pair in case))]
        for side in (0, 1)
    )
    names = [name for number, of in enumerate(labels) for name in apart(number, of)]
    numbers = precision_recall_fscore_support(truths, answers, labels=names, zero_division=0)
    check_each(found, numbers, [*zip(labels, answered, true, strict=True)])


def test_every_small_case_of_many_labels_as_scikit_learn() -> None:
    truth_kinds = [frozenset(s) for s in ((), ("a",), (UNKNOWN,), ("a", UNKNOWN))]
    verdicts = [frozenset(s) for s in ((), ("a",), ("b",), ("a", "b"))]
    small = small_cases([*product(truth_kinds, (*verdicts, REJECTION))], 2)
    found = [scored([({"c": ordered(t)}, answered("c", v)) for t, v in case], MULTIPLE) for case in small]
    rows = [[(t, frozenset[str]() if v is REJECTION else v) for t, v in case] for case in small]
    true, given = ([set[str]().union(*(pair[side] for pair in case)) for case in rows] for side in (0, 1))
    labels = [[label for label in LABELS_AND_UNKNOWN if label in t | g] for t, g in zip(true, given, strict=True)]
    matrix = MultiLabelBinarizer(classes=[name for number, of in enumerate(labels) for name in apart(number, of)])
    truths, answers = (
        [apart(number, pair[side]) for number, case in enumerate(rows) for pair in case] for side in (0, 1)
    )
    numbers = precision_recall_fscore_support(matrix.fit_transform(truths), matrix.transform(answers), zero_division=0)
    check_each(found, numbers, [*zip(labels, given, true, strict=True)])


def check_sets(found: Score, truths: list[set[str]], answers: list[set[str]], labels: list[str]) -> None:
    """Against scikit-learn on indicator matrices, of labels that occur."""
    assert list(found.per_label) == labels
    assert found.accuracy == pytest.approx(found.correct / len(truths))
    if not labels:
        assert (found.f1_macro, found.f1_micro, found.f1_weighted) == (None, None, None)
        return
    matrix = MultiLabelBinarizer(classes=[*labels, "one more, so that it is a matrix"])
    columns = range(len(labels))
    truth, answer = matrix.fit_transform(truths), matrix.transform(answers)
    for average, mine in (("macro", found.f1_macro), ("micro", found.f1_micro), ("weighted", found.f1_weighted)):
        expected = f1_score(truth, answer, labels=columns, average=average, zero_division=0)
        assert (mine or 0) == pytest.approx(expected)
    numbers = precision_recall_fscore_support(truth, answer, labels=columns, zero_division=0)
    check_labels(found, labels, numbers, set().union(*answers), set().union(*truths))


def check_labels(found: Score, labels: list[str], numbers: Any, answered: set[str], true: set[str]) -> None:
    for label, precision, recall, f1, support in zip(labels, *numbers, strict=True):
        mine = found.per_label[label]
        assert (mine.precision or 0, mine.recall or 0) == pytest.approx((precision, recall))
        assert mine.f1 == pytest.approx(f1)
        assert mine.support == support
        assert (mine.precision is None, mine.recall is None) == (label not in answered, label not in true)


def ordered(labels: Any) -> Labels | None:
    return labels_or_none(label for label in (*LABELS, UNKNOWN) if label in labels)


def answered(control: str, verdict: Any) -> Any:
    return verdict if isinstance(verdict, Rejection) else {control: ordered(verdict)}


def test_a_rejection_is_wrong_and_predicts_nothing() -> None:
    found = single([("a", "a"), ("a", REJECTION), ("b", "b")])
    assert (found.outputs, found.correct, found.accuracy) == (3, 2, 2 / 3)
    assert (found.per_label["a"].precision, found.per_label["a"].recall) == (1, 0.5)
    assert found.confusion == {"c": {"a": {REJECTED: 1, "a": 1}, "b": {"b": 1}}}


def test_a_rejection_is_wrong_also_where_nothing_was_to_be_chosen() -> None:
    found = scored([({"c": None}, REJECTION), ({"c": None}, {"c": None})], MULTIPLE)
    assert (found.outputs, found.correct) == (2, 1)


def test_a_failure_is_no_output_and_touches_nothing() -> None:
    assert single([("a", "a"), ("a", FAILURE), ("b", "a")]) == single([("a", "a"), ("b", "a")])


def test_tasks_without_a_truth_and_truths_without_a_task_are_left_out() -> None:
    outcomes = [Outcome(1, {"c": Labels(("a",))}), Outcome(2, {"c": Labels(("b",))})]
    found = score(outcomes, [Truth(1, {"c": Labels(("a",))}), Truth(3, {"c": Labels(("b",))})], SINGLE)
    assert (found.outputs, found.correct, list(found.per_label)) == (1, 1, ["a"])


def test_numbers_that_do_not_exist_are_none() -> None:
    nothing = single([("a", FAILURE)])
    assert (nothing.outputs, nothing.correct, nothing.accuracy) == (0, 0, None)
    assert (nothing.f1_macro, nothing.f1_micro, nothing.f1_weighted, nothing.per_label) == (None, None, None, {})
    never = single([("a", "b")]).per_label
    assert (never["a"].precision, never["a"].recall, never["a"].f1) == (None, 0, 0)
    assert (never["b"].precision, never["b"].recall, never["b"].f1) == (0, None, 0)


def test_an_optional_control_may_stay_empty() -> None:
    found = scored([({"c": None}, {"c": Labels(("a",))}), ({"c": None}, {"c": None})], SINGLE)
    assert (found.correct, found.confusion) == (1, {"c": {NONE: {"a": 1, NONE: 1}}})


@pytest.mark.parametrize("word", [NONE, REJECTED])
def test_a_label_called_like_no_label_or_no_answer_is_told_from_these(word: str) -> None:
    """It is in the config of a user, who may call labels anything."""
    named = read_config(
        '<View><Text name="t" value="$text"/><View visibleWhen="choice-unselected"><Choices name="c" toName="t">'
        f'<Choice value="{word}"/><Choice value="a"/></Choices></View></View>'
    )
    found = scored([({"c": Labels((word,))}, REJECTION), ({"c": Labels((word,))}, {"c": None})], named)
    assert found.confusion == {"c": {f'"{word}"': {REJECTED: 1, NONE: 1}}}
