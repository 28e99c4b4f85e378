"""What a search came to, as it is shown."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backend.domain.optimize.search import SearchOptions
from backend.interfaces.cli.commands.enhance import conclusion, print_enhanced
from backend.interfaces.presentation.json.optimization import optimization_json
from backend.services.optimize.session import OptimizationResult, OptimizerOptions
from benchmarks.enhance import TEACHER, InboxStudio, ScriptedModels, draft, in_process, messages


def found(folder: Any, *kinds: str, truths: int = 100, **wish: bool) -> OptimizationResult:
    app = in_process(folder, InboxStudio(messages()[:truths], messages()[truths:]), ScriptedModels(kinds))
    app.save(draft())
    return app.enhance("topic@1", OptimizerOptions(SearchOptions(TEACHER, 6), **wish))


@pytest.fixture(scope="module")
def better(tmp_path_factory: pytest.TempPathFactory) -> OptimizationResult:
    return found(tmp_path_factory.mktemp("better"), "good", "empty", "losing")


def test_a_better_one_is_shown_with_all_that_speaks_for_it(
    better: OptimizationResult, capsys: pytest.CaptureFixture[str]
) -> None:
    print_enhanced(better)
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[:2] == ["--- topic@1", "+++ topic@2"]
    assert lines[-1] == "topic@2"
    for part in ("Why: A good one.", "dropped: it is empty", "{text} was put back at its end", "cost: model n/a"):
        assert part in out
    assert err.startswith("On ground truths it never saw, rewrite is better than topic@1 on 44 tasks (+0.")
    assert err.endswith("Saved as topic@2.\n")


def test_names_that_scripts_rely_on(better: OptimizationResult) -> None:
    told = json.loads(json.dumps(optimization_json(better)))
    assert (told["version"], told["teacher"], told["saved"], told["verdict"]) == (
        "topic@1",
        TEACHER,
        "topic@2",
        "better",
    )
    assert told["tasks"]["learn"] + told["tasks"]["judge"] + told["tasks"]["aside"] == 100
    assert set(told["accuracy"]) == set(told["accuracy_ci"]) == {"topic@1", "rewrite"}
    assert told["difference"] == pytest.approx(told["accuracy"]["rewrite"] - told["accuracy"]["topic@1"])
    assert (told["fixed"] - told["broken"]) / told["tasks"]["judge"] == pytest.approx(told["difference"])
    assert {"difference_ci", "p_value", "prompt", "reasons", "run", "learned"} <= set(told)
    assert set(told["cost_usd"]) == {"model", "teacher", "spent"}
    assert [one["text"] is None for one in told["tried"]] == [False, True, False, False, True, False]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kinds", "truths", "said"),
    [
        (("empty",), 100, "Nothing was saved: no rewrite was better on the ground truths it learned from."),
        (("uneven",), 100, "not decided by these 44 tasks"),
        (("good",), 0, "It could not be checked, because the project has no ground truths. Not saved; --save-anyway"),
        (("refusing",), 0, "Nothing was saved. The rewrite was dropped: the teacher refused."),
    ],
)
def test_the_conclusion_is_in_words(tmp_path: Path, kinds: Any, truths: Any, said: Any) -> None:
    assert said in conclusion(found(tmp_path, *kinds, truths=truths))


def test_what_a_teacher_writes_can_not_rule_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    class Hostile(ScriptedModels):
        async def complete(self, request: Any, attempt: Any) -> Any:
            made = await super().complete(request, attempt)
            return replace(made, text=made.text.replace("one.", "\\u001b[2J[red]"))

    app = in_process(tmp_path, InboxStudio([], messages()), Hostile(["good"]))
    app.save(draft())
    print_enhanced(app.enhance("topic@1", OptimizerOptions(SearchOptions(TEACHER))))
    assert "Why: A good \\x1b[2J[red]" in capsys.readouterr().out
