"""What a version is made of, and what its examples cost and leave out, as people see it."""

import pytest

from backend.domain.dataset.ground_truth import LeftOut
from backend.domain.prompts.examples import Example, Examples
from backend.domain.runs.cost_estimate import Estimate
from backend.interfaces.cli.commands.estimate import _print
from backend.interfaces.cli.render.notices import in_commands
from backend.interfaces.cli.render.prompt_version import print_definitions, print_examples
from backend.interfaces.presentation.caveats import left_out_caveats
from backend.interfaces.presentation.json.prompts import version_json
from tests.scripted import version

POOL = tuple(Example(place, {"text": f"so\n\x1b[31m {place}"}, {"mood": "Good"}) for place in range(9))
SHOWN = version(definitions={"mood": {"Good": "a \x1b smile"}, "tone": {}}, examples=Examples(2, "similar", POOL, "m"))


def test_definitions_and_examples_are_shown_as_a_terminal_may_show_them(capsys: pytest.CaptureFixture[str]) -> None:
    print_definitions(SHOWN)
    print_examples(SHOWN)
    out = capsys.readouterr().out
    assert "\nLabels of mood:\n- Good: a \\x1b smile\n" in out
    assert "2 examples of 9, similar, by embeddings of m; the first:\n- so \\x1b[31m 0  -> mood: Good\n" in out
    assert "tone" not in out
    assert "\x1b" not in out


def test_a_script_gets_all_of_them() -> None:
    found = version_json(SHOWN)["examples"]
    assert (found["number"], found["select"], found["embed"], len(found["pool"])) == (2, "similar", "m", 9)
    assert version_json(version())["examples"] is None


def test_the_tokens_of_examples_are_a_line_of_an_estimate(capsys: pytest.CaptureFixture[str]) -> None:
    _print(Estimate(1, 0, (100, 200), (5, 9), None, "default", (40, 80)))
    _print(Estimate(1, 0, (100, 200), (5, 9), None, "default"))
    assert capsys.readouterr().out.count("examples  40 to 80 of the tokens in\n") == 1


def test_what_an_evaluation_left_out_is_told() -> None:
    (said,) = map(in_commands, left_out_caveats(LeftOut(examples=(3, 4))))
    assert said.startswith("2 ground truths left out, shown as examples: ")
    assert said.endswith("--leave-one-out includes them.")
