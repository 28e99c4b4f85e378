from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from backend.domain.answer import Labels
from backend.domain.dataset.subset import Subset
from backend.domain.metrics.evaluation import evaluation
from backend.domain.metrics.summary import summarise
from backend.domain.outcome import FAILURES, Failure, Outcome, Rejection, Truth
from backend.domain.runs.run import Run
from backend.interfaces.cli.render.headline import headline, next_step, notify_unanswered
from backend.services.runs.options import RunResult
from tests.scripted import sure_of
from tests.unit.domain.metrics.test_classification import REJECTION, SINGLE

TIMEOUT = Failure("timeout", "It took too long.")
SCOPE = Subset("ground-truth")
RUN = Run("1f3a9c04", "topic@1", 7, SCOPE, True, False, "completed", "", "2026-01-01", None, "", 0.0, 1.0)


def finished(said: Sequence[Any], truths: str = "", subset: str = "ground-truth") -> RunResult:
    outcomes = [
        Outcome(task, one)
        if isinstance(one, Rejection | Failure)
        else Outcome(task, {"c": Labels((one,))}, confidences=sure_of(0.75))
        for task, one in enumerate(said)
    ]
    known = [Truth(task, {"c": Labels((label,))}) for task, label in enumerate(truths)]
    found = evaluation(outcomes, known, SINGLE) if known else None
    scope = Subset(subset)
    return RunResult(replace(RUN, scope=scope), scope, summarise(outcomes), 1.0, outcomes, known, found, None)


def test_what_is_right_comes_first() -> None:
    found = finished("a" * 26 + "b" * 4, "a" * 30)
    assert list(headline(found)) == ["26 of 30 right, 70 to 95 %"]
    assert next_step(found).startswith("`ls-prompts results topic@1 --wrong` ")


def test_what_got_no_answer_comes_before_it_with_what_to_set() -> None:
    found = finished([*"aaaaaaaaab", *[TIMEOUT] * 19, Failure("rate_limited", "Slow down.")], "a" * 30)
    first, timeout, limited, right = headline(found)
    assert first == "20 of 30 got no answer"
    assert timeout.startswith("  19 timeout: ")
    assert "CONCURRENCY" in timeout
    assert "REQUEST_TIMEOUT_S" in timeout
    assert limited.startswith("  1 rate_limited: ")
    assert right == "9 of 10 right, 60 to 98 %"
    assert next_step(found) == "`ls-prompts retry 1f3a9c04` asks again about the 20 tasks that got no answer"


def test_a_run_without_any_answer_has_no_score() -> None:
    first, *_ = said = list(headline(finished([TIMEOUT] * 3, "aaa")))
    assert first == "3 of 3 got no answer"
    assert not any("right" in sentence for sentence in said)


def test_answers_that_cannot_be_used_are_counted_beside_it() -> None:
    found = finished(["a", REJECTION, "a"], "aaa")
    assert list(headline(found)) == ["2 of 3 right, 21 to 94 %; 1 answer can't be used"]
    assert "--rejected" in next_step(found)


@pytest.mark.parametrize(
    ("said", "subset", "head", "step"),
    [
        ("aaa", "sample:3", "3 of 3 answered", "`ls-prompts run topic@1 --on all`"),
        ("aaa", "all", "3 of 3 answered", "`ls-prompts use topic@1`"),
        (["a", REJECTION], "all", "1 of 2 answered; 1 answer can't be used", "results topic@1 --rejected"),
        (["a", Failure("bad_task", "No text.")], "all", "1 of 2 got no answer", "results topic@1 --failed"),
        ([], "all", "There were no tasks to ask about", "use topic@1"),
    ],
)
def test_a_run_without_truths_says_what_is_answered(said: Any, subset: str, head: str, step: str) -> None:
    found = finished(said, subset=subset)
    assert next(headline(found)) == head
    assert step in next_step(found)


def test_a_name_with_a_space_is_quoted_in_a_command() -> None:
    result = finished("AB", subset="all")
    named = replace(result, run=replace(result.run, tag="Topics of mail@1"))
    assert next_step(named) == "`ls-prompts use 'Topics of mail@1'` gives annotators its predictions"


@pytest.mark.parametrize("kind", FAILURES)
def test_every_kind_of_failure_comes_with_a_hint(kind: str) -> None:
    _, why, *_ = headline(finished(["a", Failure(kind, "x")], "aa"))
    assert why.startswith(f"  1 {kind}: ")
    assert "{" not in why


def test_beside_json_the_command_that_asks_again_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    notify_unanswered(finished(["a", TIMEOUT]))
    assert capsys.readouterr().err == (
        "1 of 2 tasks got no answer (timeout 1): set CONCURRENCY lower or REQUEST_TIMEOUT_S higher. "
        "`ls-prompts doctor` says what fits this server. Then `ls-prompts retry 1f3a9c04` asks them again.\n"
    )
    notify_unanswered(finished("aa"))
    assert capsys.readouterr().err == ""
