"""A draft on the page, without JavaScript: all its parts are saved as they were typed, and what is wrong is said."""

import secrets
from typing import Any

import pytest

from backend.domain.prompts.version import PromptVersion
from tests.journeys.conftest import RunningLabelStudio, ServedInstallation
from tests.journeys.no_script import Browser, text_of
from tests.journeys.project import CONFIG, StudioProject, messages, truths

TASKS, TRUTHS = 8, 6
TEXT = "What is it about?\n\n{text}"
EMPTY: dict[str, Any] = {"label-0-0": ""}


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    tasks = messages(TASKS, secrets.token_hex(4))
    return StudioProject(label_studio.new_project(CONFIG, tasks, truths(TRUTHS, TASKS)), label_studio.http)


@pytest.fixture
def prompt(visitor: Browser, project: StudioProject) -> str:
    """The address of a new prompt, whose draft the visitor sees."""
    visitor.get("/prompts/new")
    visitor.post("/prompts/new", title=f"Draft {project.id}", project=project.id)
    return visitor.path.removesuffix("/draft")


def saved(server: ServedInstallation, project: StudioProject, number: int = 1) -> PromptVersion:
    return server.installation.app.version(f"Draft {project.id}@{number}")


def test_all_parts_of_a_draft_are_saved(
    visitor: Browser, backend_server: ServedInstallation, project: StudioProject, prompt: str
) -> None:
    fields: dict[str, Any] = {
        "system": "You sort mail.",
        "text": TEXT,
        "model": "stand-in",
        "note": "first",
        "confidence": "samples",
        "samples": "3",
        "examples": "new",
        "example_number": "2",
        "example_way": "balanced",
        "label-0-0": "wants money back",
    }
    visitor.post(f"{prompt}/draft", **fields)
    version = saved(backend_server, project)
    assert (version.system, version.template, version.note) == ("You sort mail.", TEXT, "first")
    assert (version.confidence, version.definitions) == ("samples:3", {"topic": {"Refund": "wants money back"}})
    assert version.examples is not None
    assert (version.examples.number, version.examples.select) == (2, "balanced")
    form = visitor.get(f"{prompt}/draft")
    assert 'value="wants money back"' in form
    assert "You sort mail." in form
    assert "as they are" in text_of(form)
    visitor.post(f"{prompt}/draft", text="Which?\n\n{text}", model="stand-in")
    second = saved(backend_server, project, 2)
    assert (second.system, second.confidence, second.definitions) == (
        version.system,
        version.confidence,
        version.definitions,
    )
    assert second.examples == version.examples, "what a form does not send stays as it was"
    visitor.get(f"{prompt}/draft")
    visitor.post(f"{prompt}/draft", text=TEXT, model="stand-in", system="", examples="none", **EMPTY)
    third = saved(backend_server, project, 3)
    assert (third.system, third.definitions, third.examples) == ("", {}, None)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"text": "What? {txet}"}, "did you mean {text}?"),
        ({"text": "What?"}, "shows nothing of the task"),
        ({"text": TEXT, "system": "About {text}"}, "The system part uses {text}"),
        ({"text": TEXT, "confidence": "samples", "samples": "1"}, "is not a source of confidence"),
        ({"text": TEXT, "connection": "nowhere", "model": "x"}, "which is not here"),
        ({"text": TEXT, "examples": "new", "example_number": "40"}, "ground truths"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    visitor: Browser, prompt: str, fields: dict[str, Any], sentence: str
) -> None:
    assert sentence in text_of(visitor.post(f"{prompt}/check", **fields))
    visitor.get(f"{prompt}/draft")
    answer = text_of(visitor.post(f"{prompt}/draft", 400, note="my note", **fields))
    assert sentence in answer
    assert 'value="my note"' in visitor.html
    assert fields["text"].splitlines()[0] in answer


def test_a_draft_that_is_right_says_nothing(visitor: Browser, prompt: str) -> None:
    assert text_of(visitor.post(f"{prompt}/check", text=TEXT, model="stand-in")) == ""


def test_what_differs_from_the_newest_version_is_shown_while_it_is_typed(visitor: Browser, prompt: str) -> None:
    visitor.post(f"{prompt}/draft", text=TEXT, model="stand-in")
    visitor.get(f"{prompt}/draft")
    assert text_of(visitor.post(f"{prompt}/check", text=TEXT, model="stand-in")) == ""
    visitor.get(f"{prompt}/draft")
    shown = visitor.post(f"{prompt}/check", text="Which is it?\n\n{text}", model="stand-in")
    assert "<del>-What is it about?</del>" in shown
    assert "<ins>+Which is it?</ins>" in shown
    visitor.get(f"{prompt}/draft")
    tried = visitor.post(f"{prompt}/try", text="Which is it?\n\n{text}", model="stand-in")
    assert "<ins>+Which is it?</ins>" in tried, "without JavaScript it is shown when the draft is tried"


def test_a_draft_in_two_tabs_makes_two_versions(
    visitor: Browser, backend_server: ServedInstallation, project: StudioProject, prompt: str
) -> None:
    visitor.post(f"{prompt}/draft", text=TEXT, model="stand-in", newest="")
    assert "Somebody saved" not in visitor.html
    visitor.get(f"{prompt}/draft")
    second = text_of(visitor.post(f"{prompt}/draft", text="Which?\n\n{text}", model="stand-in", newest=""))
    assert f"Saved as Draft {project.id}@2." in second
    assert "Somebody saved another version while you wrote; both are kept." in second
    visitor.get(f"{prompt}/draft")
    again = text_of(visitor.post(f"{prompt}/draft", text="Which?\n\n{text}", model="stand-in"))
    assert f"Nothing changed: this is Draft {project.id}@2 already." in again
    assert len(backend_server.installation.app.versions(f"Draft {project.id}")) == 2


def test_a_draft_is_saved_as_another_prompt(
    visitor: Browser, backend_server: ServedInstallation, project: StudioProject, prompt: str
) -> None:
    visitor.post(f"{prompt}/draft", text=TEXT, model="stand-in")
    visitor.get(f"{prompt}/draft")
    taken = visitor.post(f"{prompt}/save-as", 400, text=TEXT, model="stand-in", title=f"Draft {project.id}")
    assert 'role="alert"' in taken
    visitor.post(f"{prompt}/save-as", text=TEXT, model="stand-in", title=f"Other {project.id}")
    assert f"Saved as Other {project.id}@1." in text_of(visitor.html)
    assert backend_server.installation.app.version(f"Other {project.id}@1").template == TEXT
