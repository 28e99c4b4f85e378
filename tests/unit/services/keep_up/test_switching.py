"""Keep-up is turned on for tasks that are imported from then on, with a webhook where Label Studio takes one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backend.adapters.database.projects.keep_ups import KeepUpStore
from backend.adapters.database.prompts import Store
from backend.domain.cascade import Cascade
from backend.domain.keep_up import DAILY_USD, KeepUp
from backend.domain.person import Person
from backend.errors import RunError, SettingsError, StudioError
from backend.services.keep_up.switching import ACTION, HEADER, KeepUpSwitch
from tests.installation import Installation
from tests.scripted import some, version

PROJECT = 7
URL = "http://backend.test:9090/"
ADDRESS = "http://backend.test:9090/webhook/keep-up/7"


class WebhookStudio:
    """What the switch needs of Label Studio: a person, tasks, and webhooks by their addresses."""

    def __init__(self) -> None:
        self.person = Person(3, "ann@example.com")
        self.tasks = [4, 9, 6]
        self.hooks: dict[str, tuple[str, dict[str, str]]] = {}
        self.trouble = ""

    def project(self, project: int) -> None:
        if project != PROJECT:
            raise StudioError("There is no such project.")

    def task_ids(self, _project: int) -> list[int]:
        return self.tasks

    def set_webhook(self, _project: int, address: str, action: str, headers: dict[str, str]) -> None:
        if self.trouble:
            raise StudioError(self.trouble)
        self.hooks[address] = action, headers

    def remove_webhook(self, _project: int, path: str) -> None:
        self.hooks = {address: hook for address, hook in self.hooks.items() if not address.endswith(path)}


class SwitchedProject:
    def __init__(self, store: Store) -> None:
        self.keep_ups, self.studio = KeepUpStore(store), WebhookStudio()
        self.tag: str | None = "mood@1"
        self.told: list[str] = []
        self.checked: list[tuple[str, float]] = []
        self.refusal: Exception | None = None
        studio: Any = self.studio
        self.switch = KeepUpSwitch(self.keep_ups, studio, lambda _: self.tag, self.check)

    def check(self, tag: str, budget: float) -> None:
        if self.refusal:
            raise self.refusal
        self.checked.append((tag, budget))

    def on(self, budget: float | None = 2.0, url: str | None = URL, project: int = PROJECT) -> KeepUp:
        return self.switch.on(project, budget, url, self.told.append)

    @property
    def now(self) -> KeepUp:
        return some(self.keep_ups.of(PROJECT))

    @property
    def secret(self) -> str:
        """What Label Studio would send."""
        return self.studio.hooks[ADDRESS][1][HEADER]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[SwitchedProject]:
    store = Store(f"sqlite:///{tmp_path / 'record.sqlite3'}")
    yield SwitchedProject(store)
    store.close()


def test_it_begins_after_the_tasks_that_are_there(world: SwitchedProject) -> None:
    made = world.on()
    assert world.now == made
    assert (made.on, made.budget, made.since, made.tag) == (True, 2.0, 9, "mood@1")
    assert (made.user_id, made.user_email) == (3, "ann@example.com")
    assert (world.checked, world.told) == ([("mood@1", 2.0)], [])


def test_in_a_project_without_tasks_it_begins_with_the_first(world: SwitchedProject) -> None:
    world.studio.tasks = []
    assert world.on().since == 0


def test_label_studio_sends_the_secret_that_is_known_here(world: SwitchedProject) -> None:
    world.on()
    assert world.studio.hooks[ADDRESS][0] == ACTION
    assert world.keep_ups.is_secret(PROJECT, world.secret)
    before = world.secret
    world.on()
    assert not world.keep_ups.is_secret(PROJECT, before), "each time it is another"
    assert world.keep_ups.is_secret(PROJECT, world.secret)


def test_turned_on_again_only_the_budget_changes(world: SwitchedProject) -> None:
    world.on()
    world.studio.tasks.append(12)
    world.tag = "mood@2"
    world.on(5.0)
    assert (world.now.budget, world.now.since, world.now.tag) == (5.0, 9, "mood@1")


def test_without_a_budget_it_keeps_the_one_it_had(world: SwitchedProject) -> None:
    assert world.on(None).budget == DAILY_USD, "it was never on"
    world.on(5.0)
    world.on(None)
    assert world.now.budget == 5.0
    world.switch.off(PROJECT)
    assert world.on(None).budget == 5.0
    assert world.checked[-1] == ("mood@1", 5.0)


def test_after_it_was_off_it_begins_anew(world: SwitchedProject) -> None:
    world.on()
    world.keep_ups.note(PROJECT, trouble="The provider is away.")
    assert world.switch.off(PROJECT)
    assert (world.now.on, world.now.trouble, world.studio.hooks) == (False, "", {})
    world.studio.tasks.append(12)
    world.tag = "mood@2"
    world.on()
    assert (world.now.on, world.now.since, world.now.tag) == (True, 12, "mood@2")


def test_off_notes_who_did_it_and_forgets_the_secret(world: SwitchedProject) -> None:
    world.on()
    secret = world.secret
    world.studio.person = Person(4, "bob@example.com")
    assert world.switch.off(PROJECT)
    assert (world.now.user_id, world.now.user_email) == (4, "bob@example.com")
    assert not world.keep_ups.is_secret(PROJECT, secret)
    assert not world.switch.off(PROJECT), "it is off"
    assert not world.switch.off(8), "it was never on"


def test_without_a_webhook_it_says_how_tasks_are_found(world: SwitchedProject) -> None:
    world.on(url=None)
    assert "`ls-prompts keep-up 7 --on --backend-url URL` gives it" in world.told[0]
    world.studio.trouble = "It refuses."
    world.on()
    assert world.told[1].startswith("Label Studio refused the webhook (It refuses.): the server looks for new tasks")
    assert world.now.on
    assert world.studio.hooks == {}


@pytest.mark.parametrize("budget", [0.0, -1.0, float("nan"), float("inf")])
def test_a_budget_that_cannot_be_kept_is_refused(world: SwitchedProject, budget: float) -> None:
    with pytest.raises(SettingsError, match="above 0, like 2"):
        world.on(budget)
    assert world.keep_ups.of(PROJECT) is None


def test_it_needs_a_project_a_version_and_a_run_that_could_start(world: SwitchedProject) -> None:
    with pytest.raises(StudioError, match="no such project"):
        world.on(project=8)
    world.tag = None
    with pytest.raises(SettingsError, match="No version is in use in project 7: use one"):
        world.on()
    world.tag, world.refusal = "mood@1", RunError("The price is unknown.")
    with pytest.raises(RunError):
        world.on()
    assert (world.keep_ups.all(), world.studio.hooks) == ([], {})


def test_a_second_model_without_a_price_is_said_before_it_is_turned_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run of it would be refused."""
    app = Installation.made(tmp_path, "http://model.test/v1").app
    monkeypatch.setitem(app.container.__dict__, "studio", WebhookStudio())
    store = app.container.store
    store.save(version(project=PROJECT, model="gpt-4o-mini", cascade=Cascade("of-unknown-price")))
    store.set_connection(PROJECT, in_use="mood@1")
    with pytest.raises(SettingsError, match="price of model 'of-unknown-price' is unknown"):
        app.start_keep_up(PROJECT, 1.0, URL)
    assert KeepUpStore(store).of(PROJECT) is None
