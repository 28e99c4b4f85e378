"""What is missing before a prompt can be run and scored: each with what to do, and nothing where all is there."""

from types import SimpleNamespace
from typing import Any

import pytest

from backend.errors import ProviderError, SettingsError
from backend.interfaces.web.pages.first_steps import (
    KEYLESS,
    NO_PROJECT,
    TOKENLESS,
    missing_steps,
    projects_steps,
    show_setup,
    truths_steps,
)
from tests.scripted import CONFIG

PROMPTABLE = {"id": 7, "title": "Mail", "label_config": CONFIG}
UNFIT = {"id": 8, "title": "Drawings", "label_config": '<View><Image name="i" value="$i"/></View>'}


def refused() -> str:
    raise SettingsError("no token")


class NewInstallation:
    """An installation with these settings, and a Label Studio with these projects."""

    def __init__(self, projects: Any = (PROMPTABLE,), truths: int = 3, token: str | None = "t", key: str | None = "k"):
        self.studio = SimpleNamespace(projects=lambda: list(projects), ground_truths=lambda _project: truths)
        self.connections = ["default"]
        self.prompts: list[Any] = [SimpleNamespace(project=7)]
        self.settings = SimpleNamespace(
            label_studio_api_key=token, openai_api_key=key, label_studio_url="http://studio.test/"
        )
        self.shown: dict[str, Any] = {}

    @property
    def page(self) -> Any:
        app = SimpleNamespace(
            settings=self.settings,
            studio_projects=self.studio.projects,
            ground_truths=self.studio.ground_truths,
            describe_own_token=refused,
            check_connection=self.check,
        )
        objects = SimpleNamespace(
            prompts=lambda: self.prompts, project=lambda number: SimpleNamespace(id=number, title="Mail")
        )
        call = SimpleNamespace(objects=objects)
        return SimpleNamespace(app=app, call=call, connections=self.connections, show=self.show)

    def check(self, name: str) -> str:
        if name == "broken":
            raise ProviderError("it refuses the key")
        return f"{name}: a list of 2 models"

    def show(self, template: str, **words: Any) -> str:
        self.shown = words
        return template


def test_where_all_is_there_nothing_is_missing() -> None:
    place = NewInstallation()
    assert missing_steps(place.page, place.prompts) == []


def test_a_token_a_key_and_ground_truths_are_missed() -> None:
    place = NewInstallation(truths=0, token=None, key=None)
    token, key, truths = missing_steps(place.page, [*place.prompts, *place.prompts])
    assert (token.sentence, key.sentence) == (TOKENLESS, KEYLESS)
    assert truths.name == "Ground truths of Mail"
    assert truths.link == "http://studio.test/projects/7/data"
    assert truths.code == "ls-prompts draw 7 --size 20"


def test_a_connection_of_its_own_key_needs_no_other() -> None:
    place = NewInstallation(key=None)
    place.connections.append("mine")
    assert missing_steps(place.page, ()) == []


@pytest.mark.parametrize(
    ("projects", "missing"),
    [([], ["Projects"]), ([UNFIT], ["Projects", "Project Drawings"]), ([PROMPTABLE, UNFIT], [])],
)
def test_a_first_prompt_needs_a_project_that_it_can_label(projects: list[Any], missing: list[str]) -> None:
    place = NewInstallation(projects)
    place.prompts = []
    assert [step.name for step in missing_steps(place.page, ())] == missing
    place.prompts = [SimpleNamespace(project=7)]
    assert missing_steps(place.page, ()) == [], "projects are only asked for as long as there is no prompt"


def test_why_a_project_can_not_be_labelled_is_said() -> None:
    whole, unfit = projects_steps(NewInstallation([PROMPTABLE, UNFIT]).page)
    assert (whole.done, whole.sentence) == (True, "1 of 2 projects can be labelled by a prompt.")
    assert (unfit.done, unfit.missing) == (False, False)
    assert "has no control that a prompt can fill" in unfit.sentence
    assert unfit.link == "http://studio.test/projects/8/settings/labeling"
    assert [step.sentence for step in projects_steps(NewInstallation([]).page)] == [NO_PROJECT]


def test_ground_truths_are_counted_once_for_each_project() -> None:
    place = NewInstallation(truths=1)
    (step,) = truths_steps(place.page, [*place.prompts, *place.prompts])
    assert (step.done, step.sentence) == (True, "1 annotation marked as ground truth.")


def test_the_setup_asks_each_server_and_goes_on_after_a_refusal() -> None:
    place = NewInstallation([PROMPTABLE, UNFIT])
    place.connections.append("broken")
    assert show_setup(place.page) == "setup.html"
    found = {step.name: step.sentence for step in place.shown["steps"]}
    assert found["Token of the server"] == "no token"
    assert found["Model: default"] == "default: a list of 2 models"
    assert found["Model: broken"] == "it refuses the key"
    assert place.shown["open"] == 2
