"""Advice: each is one sentence without the words of an interface, and what a door needs to word it comes with it."""

import ast
import re
from pathlib import Path

import pytest

from backend.advice import Advice, Notice
from backend.domain.runs.stop_reason import ADVICE, OF_SEARCHES
from backend.errors import PromptsError, RunError
from backend.interfaces.cli.render.notices import ADVICE as COMMANDS
from backend.interfaces.web.pages.page_words import ADVICE as BUTTONS
from backend.interfaces.web.problem import ADVICE as FIELDS

BACKEND = Path(__file__).resolve().parents[2] / "backend"
SPOKEN = re.compile(r"(?<![\w(-])--[a-z]|_usd|HasGT|api_key")
"""An option of a command, or a field of the API."""
OF_ERRORS = [advice for advice in Advice if advice.value[0].islower()]
"""The others, and more, stand after a whole sentence."""


def raised() -> list[tuple[str, str, set[str]]]:
    """(file, advice, details that come with it) of each error in the source that has an advice."""
    calls = [
        (str(path.relative_to(BACKEND)), call)
        for path in BACKEND.rglob("*.py")
        if "Advice." in (code := path.read_text(encoding="utf-8"))
        for call in ast.walk(ast.parse(code))
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith(("Error", "Refused", "super().__init__"))
    ] + [("engine/budgets/budget_rules.py", call) for call in _over_budget()]
    return [
        (path, argument.attr, {str(keyword.arg) for keyword in call.keywords})
        for path, call in calls
        for argument in call.args
        if isinstance(argument, ast.Attribute) and ast.unparse(argument.value) == "Advice"
    ]


def _over_budget() -> list[ast.Call]:
    paths = [BACKEND / "engine/budgets/budget_rules.py", BACKEND / "services/optimize/optimizer.py"]
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in paths]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [call for call in calls if ast.unparse(call.func) == "OverBudget"]


def needed(way: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", way))


def test_errors_bring_what_each_door_needs_to_word_their_advice() -> None:
    assert {name for _, name, _ in raised()} >= {advice.name for advice in OF_ERRORS}
    assert [
        (path, name)
        for path, name, details in raised()
        for ways in (COMMANDS, FIELDS, BUTTONS)
        if not needed(ways.get(Advice[name], "")) <= details
    ] == []


@pytest.mark.parametrize("advice", [*ADVICE.values(), *OF_SEARCHES.values()], ids=lambda advice: advice.name)
def test_a_run_has_what_each_door_needs_to_word_how_it_goes_on(advice: Advice) -> None:
    for ways in (COMMANDS, FIELDS, BUTTONS):
        assert needed(ways.get(advice, "")) <= {"run", "tag"}


@pytest.mark.parametrize("advice", Advice, ids=lambda advice: advice.name)
def test_an_advice_by_itself_has_the_words_of_no_door(advice: Advice) -> None:
    assert not SPOKEN.search(advice.value)
    assert advice.value.endswith(".")


@pytest.mark.parametrize("advice", Advice, ids=lambda advice: advice.name)
def test_the_api_names_no_option(advice: Advice) -> None:
    words = FIELDS.get(advice, advice.value)
    assert "--" not in words
    assert "ls-prompts" not in words


@pytest.mark.parametrize("advice", Advice, ids=lambda advice: advice.name)
def test_the_api_which_has_no_resume_does_not_speak_of_it(advice: Advice) -> None:
    assert "resume" not in FIELDS.get(advice, advice.value).lower()


def test_an_error_says_what_happened_and_then_what_to_do() -> None:
    error = RunError("Run 7 is under way:", Advice.WAIT, run="7")
    assert str(error) == "Run 7 is under way: wait until it has ended."
    assert error.notice.said_with({Advice.WAIT: "watch {run}."}) == "Run 7 is under way: watch 7."


def test_an_error_without_advice_is_its_sentence() -> None:
    error = PromptsError("So it is.")
    assert (str(error), error.notice) == ("So it is.", Notice("So it is."))
