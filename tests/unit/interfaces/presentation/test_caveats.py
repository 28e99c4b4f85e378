"""Caveats: what has to be known beside the numbers, and nothing that need not be."""

from dataclasses import replace
from typing import Any

import pytest

from backend.domain.dataset.ground_truth import LeftOut
from backend.domain.dataset.split import Split
from backend.domain.dataset.subset import Subset
from backend.domain.labels.config import read_config
from backend.domain.labels.controls.spans.relations import RelationsControl
from backend.domain.metrics.cases import Case
from backend.domain.metrics.controls.measure import Measure
from backend.domain.metrics.controls.measures import METRICS
from backend.domain.metrics.evaluation import Evaluation
from backend.domain.outcome import Rejection
from backend.interfaces.presentation.caveats import NAMED, caveats, left_out_caveats
from tests.unit.domain.labels.controls.test_base import ELEMENTS, built
from tests.unit.domain.metrics.controls.test_relation_match import CONFIG as RELATED
from tests.unit.domain.metrics.test_classification import FAILURE
from tests.unit.domain.metrics.test_evaluation import evaluated

ALL = Subset("ground-truth")
HALF = Measure(0.5, None)


def told(evaluation: Evaluation, subset: Subset) -> list[str]:
    """The caveats as those read them who have no commands."""
    return list(map(str, caveats(evaluation, subset)))


def test_many_right_answers_need_no_caveat() -> None:
    assert told(evaluated("ab" * 1000, "ab" * 1000), ALL) == []


def test_few_tasks_are_said_to_be_few() -> None:
    more, hint = told(evaluated("ab" * 20, "ab" * 15 + "a" * 10), ALL)
    assert more.startswith("To detect that another version is 5 points away takes up to ")
    assert hint == "With so few tasks the intervals of F1 may be too narrow: take them as a hint."


def test_free_texts_that_must_be_right_word_for_word_are_named() -> None:
    measures = {"topic": {"accuracy": Measure(1.0, None)}, "why": {"exact_match": Measure(0.5, None), "token_f1": HALF}}
    (sentence,) = told(replace(evaluated("ab" * 1000, "ab" * 1000), measures=measures), ALL)
    assert sentence.startswith("An answer is right only if its free texts (why) are right word for word")


PLAIN = {"Choices", "Pairwise"}
"""One label is right or wrong: nobody expects it to be partly right."""


@pytest.mark.parametrize("tag", [tag for tag in METRICS if tag not in PLAIN])
def test_each_kind_of_control_says_what_right_means_for_it(tag: str) -> None:
    """A new kind has a `Strictness` among its metrics, or a line in PLAIN."""
    control = read_config(RELATED).fields[-1] if tag == RelationsControl.tag else built(tag)
    value = None if tag == RelationsControl.tag else control.parse(ELEMENTS[tag][1])
    assert not isinstance(value, Rejection)
    answer: Any = {control.name: value}
    measures = {control.name: METRICS[tag].of([Case(answer, answer, 1, True)], control)}
    assert any(control.name in said for said in told(replace(evaluated("a", "a"), measures=measures), ALL))


def test_numbers_that_must_be_right_exactly_are_named() -> None:
    measures = {"stars": {"mean_absolute_error": HALF}, "price": {"mean_absolute_error": HALF}}
    (sentence,) = told(replace(evaluated("ab" * 1000, "ab" * 1000), measures=measures), ALL)
    assert sentence.startswith("An answer is right only if its numbers (stars, price) are right exactly: look at")


def test_a_measure_that_does_not_exist_comes_with_its_reason() -> None:
    measures = {"stars": {"kappa": Measure(None, None, "All are the same.")}}
    (sentence,) = told(replace(evaluated("ab" * 1000, "ab" * 1000), measures=measures), ALL)
    assert sentence == "stars: kappa is n/a: All are the same."


def test_where_nothing_has_labels_nobody_misses_their_f1() -> None:
    found = evaluated("ab" * 1000, "ab" * 1000)
    unlabelled = replace(found.score, per_label={}, f1_macro=None, f1_micro=None, f1_weighted=None)
    assert told(replace(found, score=unlabelled), ALL) == []


def test_spans_that_must_all_be_right_are_named() -> None:
    measures = {"ner": {"exact_match": HALF, "span_f1": HALF}}
    (sentence,) = told(replace(evaluated("ab" * 1000, "ab" * 1000), measures=measures), ALL)
    assert sentence.startswith("An answer is right only if its spans (ner) are right in place and label, all of them:")


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        ("tuple_f1", "An answer is right only if its values of spans (sex) are right for every span:"),
        ("relation_f1", "An answer is right only if its relations (sex) are right with their spans, all of them:"),
    ],
)
def test_what_is_said_of_spans_and_how_they_are_related_must_all_be_right(measure: str, said: str) -> None:
    measures = {"sex": {"accuracy": HALF, measure: HALF}}
    (sentence,) = told(replace(evaluated("ab" * 1000, "ab" * 1000), measures=measures), ALL)
    assert sentence.startswith(said)


def test_the_part_that_is_shown_is_named() -> None:
    shown = told(evaluated("ab" * 1000, "ab" * 1000), Subset("ground-truth", split=Split("dev", 0.7)))
    assert shown == ["These are the scores on dev:0.7 of the ground truths; the rest is test:0.3."]


def test_numbers_that_do_not_exist_come_with_their_reason() -> None:
    found = told(evaluated("aab", "aaa"), ALL)
    assert found[-1] == "The precision of a label that was never answered is n/a."
    assert "accuracy is n/a: The model gave no answer to any task with a ground truth." in told(
        evaluated("ab", [FAILURE, FAILURE]), ALL
    )


def test_what_is_left_out_is_named_with_its_tasks() -> None:
    many = tuple(range(1, NAMED + 3))
    own, taken, gone = map(str, left_out_caveats(LeftOut(many, (7,), {"Neutral": (3, 4)})))
    assert own == (
        "12 ground truths left out, made from this prompt's own predictions, which favours it: "
        "tasks 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more. They can be counted too."
    )
    assert taken == "1 ground truth among them made from this prompt's own predictions, which favours it: task 7."
    assert gone.startswith(
        "2 ground truths left out, in the label 'Neutral', which the labelling config does not have: "
    )
    assert list(left_out_caveats(LeftOut())) == []


def test_truths_that_are_stored_otherwise_than_shown_are_counted_in_one_line() -> None:
    (line,) = map(str, left_out_caveats(LeftOut(otherwise={"hidden": (4, 2), "text": (4,)})))
    assert line == (
        "Label Studio stored 2 ground truths differently from what its screen shows; they are read as shown there: "
        "values of hidden controls in 2, spans whose text is not what stands at their place in 1 (tasks 2, 4)."
    )
