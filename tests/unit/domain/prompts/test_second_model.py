"""The second model in a prompt file: read and written back, and refused where it cannot be meant."""

import pytest

from backend.domain.cascade import Cascade
from backend.domain.prompts.prompt_file import read_prompt_file, write_prompt_file
from backend.domain.prompts.second_model import NONE, SecondModel
from backend.errors import PromptError
from tests.scripted import version

NAMES = ("other",)


@pytest.mark.parametrize(
    "cascade",
    [
        None,
        Cascade("dear"),
        Cascade("dear", "other", 0.8123456789012345),
        Cascade("meta/dear", "default", 0.5),
        Cascade("other/dear", "default"),
    ],
)
def test_a_file_holds_the_whole_cascade(cascade: Cascade | None) -> None:
    file = read_prompt_file(write_prompt_file(version(cascade=cascade)))
    assert file.second.cascade(NAMES) == cascade


def test_a_model_alone_is_a_reference() -> None:
    file = read_prompt_file("---\nthen: other/dear\nbelow: 0.9\n---\nHow is {text}?")
    assert file.second.cascade(NAMES) == Cascade("dear", "other", 0.9)
    assert file.second.cascade(()) == Cascade("other/dear", "default", 0.9)


def test_what_is_given_counts_before_the_file() -> None:
    file = SecondModel("dear", "other", 0.9)
    assert SecondModel(below=0.5).over(file) == SecondModel("dear", "other", 0.5)
    assert SecondModel("large").over(file) == SecondModel("large", None, 0.9)
    assert NONE.over(file) == file


def test_a_connection_that_is_not_there_is_said() -> None:
    with pytest.raises(PromptError, match="names the connection 'gone' for the second model"):
        SecondModel("dear", "gone").cascade(NAMES)


def test_a_threshold_alone_is_refused() -> None:
    with pytest.raises(PromptError, match="A threshold needs a second model"):
        SecondModel(below=0.5).cascade(NAMES)


@pytest.mark.parametrize(
    ("line", "sentence"), [("below: high", "'below' is not a number"), ("then: [a, b]", "'then' must be a model")]
)
def test_lines_that_hold_something_else_are_refused(line: str, sentence: str) -> None:
    with pytest.raises(PromptError, match=sentence):
        read_prompt_file(f"---\n{line}\n---\nHow is {{text}}?")
