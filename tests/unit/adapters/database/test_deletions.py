"""Deleting one version: its number stays given, and what is in use stays."""

from dataclasses import replace
from pathlib import Path

import pytest

from backend.adapters.database.deletions import DeletionStore
from backend.adapters.database.projects.project_data import ForgetStore
from backend.adapters.database.prompts import Store
from backend.adapters.database.runs.run_tasks import RunTask
from backend.adapters.database.runs.runs import NewRun, RunStore
from backend.domain.dataset.subset import Subset
from backend.domain.prompts.version import PromptVersion
from backend.errors import PromptError
from tests.scripted import completion

FIRST = PromptVersion("topic", 0, 7, "{text}", "some-model", ("text",), "s", {}, "")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(f"sqlite:///{tmp_path / 'record.sqlite3'}")
    for text in ("{text}", "2 {text}", "3 {text}"):
        made.save(replace(FIRST, template=text))
    return made


def tags(store: Store) -> list[str]:
    return [version.tag for version in store.versions()]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_number_is_given_once(store: Store, number: int) -> None:
    deletion = DeletionStore(store)
    deletion.delete("topic", number)
    assert f"topic@{number}" not in tags(store)
    assert store.save(replace(FIRST, template="4 {text}"))[0].tag == "topic@4"
    store.delete("topic")
    assert store.save(FIRST)[0].tag == "topic@5"


def test_its_runs_go_and_others_stay(store: Store) -> None:
    record = RunStore(store)
    for tag in ("topic@1", "topic@2"):
        record.finish(record.create(NewRun(tag, 7, Subset("all"))).id, "completed")
    DeletionStore(store).delete("topic", 1)
    assert [run.tag for run in record.runs()] == ["topic@2"]


def test_what_it_asked_is_still_known_to_be_about_the_project(store: Store) -> None:
    record, asked, sample = RunStore(store), "a" * 64, "b" * 64
    run = record.create(NewRun("topic@1", 7, Subset("all")))
    record.run_tasks.note(run.id, [RunTask(1, asked)])
    store.add_completions([completion(digest=asked)])
    store.add_completions([completion(digest=sample)], run.id)
    record.finish(run.id, "completed")
    DeletionStore(store).delete("topic", 1)
    assert ForgetStore(store).held(7).answers == 2
    ForgetStore(store).forget(7)
    assert store.completions([asked, sample]) == {}


def test_what_is_in_use_stays(store: Store) -> None:
    deletion, record = DeletionStore(store), RunStore(store)
    store.set_connection(7, in_use="topic@2")
    run = record.create(NewRun("topic@3", 7, Subset("all")))
    for number, why in ((2, "Annotators of project 7 get topic@2"), (3, f"Run {run.id} of topic@3 has not ended")):
        with pytest.raises(PromptError, match=why):
            deletion.check([f"topic@{number}"])
        with pytest.raises(PromptError, match=why):
            deletion.delete("topic", number)
    deletion.delete("topic", 1)
    assert tags(store) == ["topic@2", "topic@3"]


def test_the_number_of_a_deleted_version_stays_given_when_its_prompt_is_deleted_too(store: Store) -> None:
    DeletionStore(store).delete("topic", 3)
    store.delete("topic")
    again, _ = store.save(replace(FIRST, template="4 {text}"))
    assert again.tag == "topic@4", "predictions of topic@3 may still be in Label Studio"


def test_a_prompt_whose_versions_are_all_deleted_can_be_deleted(store: Store) -> None:
    for number in (1, 2, 3):
        DeletionStore(store).delete("topic", number)
    store.delete("topic")
    again, _ = store.save(FIRST)
    assert again.tag == "topic@4"
