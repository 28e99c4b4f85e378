"""What a comparison prints, for people and for scripts."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest

from backend.domain.dataset.ground_truth import NOTHING
from backend.domain.dataset.subset import Subset
from backend.domain.metrics.agreement import agreement
from backend.domain.metrics.comparison import compare
from backend.domain.metrics.summary import summarise
from backend.domain.prompts.differences import Difference
from backend.interfaces.cli.render.comparison import LISTED, print_comparison, sentence
from backend.interfaces.presentation.json.evaluation import comparison_json
from backend.services.analysis.compare import ComparisonResult
from tests.unit.domain.metrics.test_classification import SINGLE
from tests.unit.domain.metrics.test_comparison import TRUTHS, said

NAMES = {"versions", "tasks", "accuracy", "difference", "difference_ci", "fixed", "broken", "p_value", "verdict"}
MODELS = (Difference("prompt"), Difference("model", "small", "large"))


def compared(**answers: str) -> ComparisonResult:
    """`s1="aab"`: what version s1 says to the first three tasks; the truth is always `a`."""
    outcomes: Mapping[str, list[Any]] = {tag: said(letters) for tag, letters in answers.items()}
    return ComparisonResult(
        versions=tuple(outcomes),
        subset=Subset("ground-truth"),
        truths=len(TRUTHS),
        comparison=compare(outcomes, TRUTHS, SINGLE),
        agreements={},
        summaries={tag: summarise(found) for tag, found in outcomes.items()},
        links={truth.task_id: f"http://studio/{truth.task_id}" for truth in TRUTHS},
        left_out=NOTHING,
        differences=dict.fromkeys(combinations(outcomes, 2), MODELS),
    )


def test_scripts_find_the_names_they_rely_on() -> None:
    found = comparison_json(compared(s1="b" * 8 + "a" * 12, s2="a" * 19 + "b"))
    assert found.keys() >= NAMES
    assert (found["versions"], found["tasks"], found["verdict"]) == (["s1", "s2"], 20, "better")
    assert (found["accuracy"], found["fixed"], found["broken"]) == ({"s1": 0.6, "s2": 0.95}, 8, 1)
    assert (found["fixed_tasks"], found["broken_tasks"]) == (list(range(8)), [19])
    assert [difference["what"] for difference in found["differences"]] == ["prompt", "model"]


@pytest.mark.parametrize(("truths", "words"), [(20, "are right word for word"), (0, "are the same word for word")])
def test_free_texts_are_said_to_be_judged_word_for_word(
    truths: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = replace(compared(s1="a" * 20, s2="a" * 20), texts=("why", "note"), truths=truths)
    print_comparison(found)
    assert f"free texts (why, note) {words}" in capsys.readouterr().out
    (caveat,) = comparison_json(found)["remarks"]
    assert words in caveat
    assert comparison_json(replace(found, texts=()))["remarks"] == []


def test_several_versions_differ_in_pairs() -> None:
    found = comparison_json(compared(s1="b" * 12 + "a" * 8, s2="a" * 20, s3="a" * 20))
    assert found.keys() >= NAMES
    assert [found[name] for name in ("difference", "fixed", "fixed_tasks")] == [None, None, None]
    assert found["verdict"] == "different"
    assert [(pair["first"], pair["second"], pair["verdict"]) for pair in found["pairs"]] == [
        ("s1", "s2", "better"),
        ("s1", "s3", "better"),
        ("s2", "s3", "not decided"),
    ]
    assert comparison_json(compared(s1="a" * 20, s2="a" * 20, s3="a" * 20))["verdict"] == "not decided"


def test_people_read_a_verdict_and_find_the_tasks(capsys: pytest.CaptureFixture[str]) -> None:
    print_comparison(compared(s1="b" * 12 + "a" * 8, s2="a" * 18))
    shown = capsys.readouterr().out
    assert "s2 is better than s1 on 18 tasks (+0.667, 95 % interval +0." in shown
    assert "; p = 0.00049)\nNot only the text of the prompt differs, but also: model small → large.\n" in shown
    assert f"fixed 12, the first {LISTED}:" in shown
    assert "  0  http://studio/0\n" in shown
    assert "http://studio/11" not in shown
    assert "broken 0\n" in shown
    assert "s2 has no answer to 2 ground truths: `ls-prompts evaluate s2` asks about them." in shown


def test_long_names_of_versions_are_shown_whole(capsys: pytest.CaptureFixture[str]) -> None:
    """Cut in a narrow terminal, two versions of a prompt would look the same."""
    print_comparison(compared(**{f"names_of_people_and_places@{number}": "aab" for number in (1, 2)}))
    table = capsys.readouterr().out.partition("accuracy")[2].partition(" against ")[0]
    assert "…" not in table
    assert ["@1" in table, "@2" in table] == [True, True]


def test_few_tasks_decide_nothing() -> None:
    found = compared(s1="aab", s2="aaa").comparison
    told = sentence(found.pairs[0], found.tasks)
    assert told == "s2 against s1: not decided by these 3 tasks (+0.333, 95 % interval -0.291 to +0.792; p = 1)"


def test_nothing_in_common_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    found = compared(s1="aaa", s2="")
    print_comparison(found)
    shown = capsys.readouterr().out
    assert "s2 against s1: n/a" in shown
    assert "s2 has no answer to any task with a ground truth." in shown
    assert (comparison_json(found)["difference"], comparison_json(found)["accuracy"]["s1"]) == (None, None)


def test_agreement_is_shown_where_there_is_no_truth(capsys: pytest.CaptureFixture[str]) -> None:
    plain = compared(s1="", s2="")
    pair = {("s1", "s2"): agreement(said("aabb"), said("aaba"), SINGLE)}
    found = ComparisonResult(
        **{**{name: getattr(plain, name) for name in ComparisonResult.__slots__}, "agreements": pair, "truths": 0}
    )
    print_comparison(found)
    shown = capsys.readouterr().out
    assert "s1 and s2: the same answer to 0.750 of 4 tasks (0.301 to 0.954); Cohen's kappa 0.500" in shown
    assert "but also: model small → large." in shown
    (one,) = comparison_json(found)["agreement"]
    assert (one["first"], one["second"], one["kappa"]) == ("s1", "s2", 0.5)
