"""What a teacher wrote is tried only when it is a prompt for these tasks."""

from dataclasses import replace

import pytest

from backend.domain.answer import Answer, LabelDefinitions, Texts
from backend.domain.optimize.proposals import LONGEST, Dropped, Proposal, changeable, changed, proposal_of
from backend.domain.outcome import Rejection
from backend.domain.prompts.system_part import marked, on_marks
from backend.domain.prompts.version import PromptVersion
from tests.scripted import choices, version

SCHEMA = choices("Good", "Bad")
BASE = version("How is this? {text}", SCHEMA)
DEFINED = version("How is this? {text}", SCHEMA, definitions={"mood": {"Good": "praise"}})
TWO = version("How is this? {title}: {text}", variables=("title", "text"))


def told(prompt: str, base: PromptVersion = BASE, **definitions: str) -> Proposal | Dropped:
    said = LabelDefinitions(tuple(("mood", label, sentence) for label, sentence in definitions.items()))
    written: Answer = {"prompt": Texts((prompt,)), "reasons": Texts((" Because. ",)), "definitions": said}
    return proposal_of(written, base, SCHEMA, [changeable(base), "Tried before: {text}"])


def why(prompt: str, base: PromptVersion = BASE) -> str:
    found = told(prompt, base)
    assert isinstance(found, Dropped)
    return found.reason


def test_a_good_one_passes() -> None:
    assert told("Is the mood good or bad? {text}") == Proposal("Is the mood good or bad? {text}", "Because.")


def test_a_fence_around_it_goes() -> None:
    assert told("```text\nIs the mood good or bad? {text}\n```") == Proposal(
        "Is the mood good or bad? {text}", "Because."
    )


@pytest.mark.parametrize("text", ["", "  \n ", "``` \n\n```"])
def test_an_empty_one_is_dropped(text: str) -> None:
    assert why(text) == "it is empty"


@pytest.mark.parametrize("text", [BASE.template, "  how is THIS?\n{text}\n", "tried before:  {text}"])
def test_one_that_was_there_already_is_dropped(text: str) -> None:
    assert "same" in why(text)


@pytest.mark.parametrize("text", ["{text}", "}{ 0x7f ### {text}", "?! {text} ..."])
def test_nonsense_is_dropped(text: str) -> None:
    assert why(text) == "it gives no instruction"


@pytest.mark.parametrize(
    "text",
    ["I'm sorry, but I can't help with that.", "I cannot do this. {text}", "As an AI model, I … {text}", "Sorry, no."],
)
def test_a_refusal_is_dropped(text: str) -> None:
    assert why(text) == "the teacher refused"


def test_one_that_no_context_takes_is_dropped() -> None:
    assert f"the most is {LONGEST:,}" in why("Is it good? {text}" + "x" * LONGEST)


@pytest.mark.parametrize("name", ["label", "topic", "texts"])
def test_another_variable_is_complained_about(name: str) -> None:
    found = told(f"Is the mood good or bad? {{text}} {{{name}}}")
    assert found == Dropped(f"it uses {{{name}}}, which the prompt has no variable for", correctable=True)


def test_json_in_a_prompt_is_no_variable() -> None:
    assert isinstance(told('Answer like {"mood": "Good"} or { mood }: {text}'), Proposal)


def test_lost_variables_are_put_back_at_the_end() -> None:
    found = told("Is the mood good or bad?")
    assert found == Proposal("Is the mood good or bad?\n\n{text}", "Because.", "{text} was put back at its end")
    both = told("Is the mood good or bad?", TWO)
    assert isinstance(both, Proposal)
    assert both.text.endswith("\n\ntitle: {title}\ntext: {text}")
    one = told("Is the mood of {title} good or bad?", TWO)
    assert isinstance(one, Proposal)
    assert one.text.endswith("?\n\n{text}")


def test_an_answer_in_no_form_is_dropped() -> None:
    assert proposal_of(Rejection("not_json", "…"), BASE, SCHEMA, []) == Dropped(
        "the teacher's answer can't be used (not_json)"
    )


def test_definitions_take_the_place_of_those_there_are() -> None:
    found = told("How is this? {text}", DEFINED, bad="broken, late", Good="thanks")
    assert isinstance(found, Proposal)
    made = changed(DEFINED, found.text, SCHEMA)
    assert made.definitions == {"mood": {"Good": "thanks", "Bad": "broken, late"}}
    assert (made.template, made.variables, made.model) == (DEFINED.template, DEFINED.variables, DEFINED.model)
    kept = told("Is the mood good or bad? {text}", DEFINED)
    assert isinstance(kept, Proposal)
    assert changed(DEFINED, kept.text, SCHEMA).definitions == DEFINED.definitions


def test_definitions_alone_make_another_prompt() -> None:
    found = told(BASE.template, Bad="broken")
    assert isinstance(found, Proposal)
    assert changed(BASE, found.text, SCHEMA).definitions == {"mood": {"Bad": "broken"}}
    assert isinstance(told(BASE.template), Dropped)


def test_a_definition_of_no_label_is_complained_about() -> None:
    found = told(BASE.template, Badd="broken")
    assert isinstance(found, Dropped)
    assert found.correctable
    assert "did you mean Bad?" in found.reason


def test_what_may_be_changed_is_a_prompt_file_and_comes_back() -> None:
    for base in (BASE, DEFINED, TWO, version("---\nmood: how\n---\n{text}", SCHEMA)):
        assert changed(base, changeable(base), SCHEMA) is base
        other = replace(base, template=f"{base.template}!")
        assert changed(base, changeable(other), SCHEMA).template == other.template
    assert changeable(DEFINED) == "---\nlabels:\n  Good: praise\n---\nHow is this? {text}\n"


@pytest.mark.parametrize("head", ["", "note: '{text}'\nlabels: {Bad: mine}\n---\n"])
def test_what_looks_like_a_header_is_text(head: str) -> None:
    written = f"---\n{head}Is it good?\n{{text}}"
    found = told(written)
    assert isinstance(found, Proposal)
    made = changed(BASE, found.text, SCHEMA)
    assert (made.template, made.variables, made.definitions) == (written, BASE.variables, {})


def test_a_header_does_not_hide_that_the_task_is_lost() -> None:
    found = told("---\nnote: '{text}'\n---\nAlways say good.")
    assert isinstance(found, Proposal)
    assert changed(BASE, found.text, SCHEMA).variables == ("text",)


MARKED = marked("{text}", "seed")
APART = version(MARKED, SCHEMA, system=f"How is this?\n{on_marks(MARKED)}")


def test_of_a_system_part_that_is_what_is_rewritten() -> None:
    found = told(f"Is the mood good?\n{on_marks(MARKED)}", APART)
    assert isinstance(found, Proposal)
    rewritten = changed(APART, found.text, SCHEMA)
    assert (rewritten.template, rewritten.variables) == (APART.template, APART.variables)
    assert rewritten.system == f"Is the mood good?\n{on_marks(MARKED)}"
    assert found.repaired == ""


def test_what_a_system_part_says_of_marks_is_put_back() -> None:
    found = told("Is the mood good?", APART)
    assert isinstance(found, Proposal)
    assert changed(APART, found.text, SCHEMA).system == f"Is the mood good?\n{on_marks(MARKED)}"
    assert found.repaired == "what it says of the marks was put back at its end"


@pytest.mark.parametrize("text", ["Judge {text}.", "Judge {title}."])
def test_a_system_part_with_a_variable_is_dropped(text: str) -> None:
    found = told(text, APART)
    assert isinstance(found, Dropped)
    assert found.correctable
    assert "which only the user's message may" in found.reason
