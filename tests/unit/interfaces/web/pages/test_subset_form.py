"""Which tasks a form asks for, as a subset, as a command's options and with the SDK; and what there is to choose."""

import shlex
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from backend.adapters.label_studio.views import Tab
from backend.domain.dataset.subset import SAMPLE_SEED, SAMPLE_SIZE, Subset
from backend.domain.project import Project
from backend.errors import SubsetError
from backend.interfaces.web.pages.subset_form import (
    ALL_THERE,
    MOST_IDS,
    NO_LABELS,
    NO_TABS,
    NO_TASKS,
    NOT_STARRED,
    SubsetChoices,
    SubsetForm,
    choices_of,
)
from backend.services.dataset.subset_sizes import subset_sizes
from tests.scripted import version

OF: Any = SimpleNamespace(
    prompt=SimpleNamespace(id=3, project=7), number=SimpleNamespace(id=12), version=version(project=7)
)


def from_request(**values: str) -> SubsetForm:
    with Flask(__name__).test_request_context(method="POST", data=values):
        return SubsetForm.from_request()


def choices(tasks: int = 5, truths: int = 2, missing: int = 3, predictions: int = 0, tabs: int = 1) -> SubsetChoices:
    """Of a project with so many of each."""
    studio: Any = SimpleNamespace(
        ground_truths=lambda _project: truths,
        count_by_version=lambda _project, operator, tags: missing if (operator, tags) == NONE_YET else -1,
        tabs=lambda _project: [Tab(number, f"Tab {number}", 4) for number in range(tabs)],
        model_versions=lambda _project: {"mood@1": predictions},
    )
    app = SimpleNamespace(subset_sizes=lambda tag, project: subset_sizes(studio, tag, project))
    page: Any = SimpleNamespace(app=app)
    return choices_of(page, OF, of_tasks(tasks))


def of_tasks(number: int) -> Project:
    return Project(7, "Mood", "<View/>", "", number)


NONE_YET = ("not_contains", ["mood@1"])


def test_without_a_choice_it_is_the_ground_truths() -> None:
    form = from_request()
    assert (form.subset, form.options) == (Subset("ground-truth"), "--on ground-truth")
    assert (form.size, form.way) == (SAMPLE_SIZE, "random")


@pytest.mark.parametrize(
    ("way", "subset", "options"),
    [
        ("random", Subset("sample", size=30, seed=SAMPLE_SEED), "--on sample --sample-size 30 --random 0"),
        ("first", Subset("sample", size=30), "--on sample --sample-size 30 --first"),
        (
            "stratified",
            Subset("sample", size=30, seed=SAMPLE_SEED, stratify=True),
            "--on sample --sample-size 30 --stratify --random 0",
        ),
    ],
)
def test_a_sample_is_taken_as_it_is_asked_for(way: str, subset: Subset, options: str) -> None:
    form = from_request(on="sample", size="30", way=way)
    assert (form.subset, form.options) == (subset, options)
    assert form.sdk(OF) == "", "the SDK has no word for a sample"


@pytest.mark.parametrize(
    ("size", "taken"), [("0", 1), ("", SAMPLE_SIZE), ("-3", SAMPLE_SIZE), ("9999999", SAMPLE_SIZE)]
)
def test_a_size_that_no_sample_has_is_replaced(size: str, taken: int) -> None:
    form = from_request(on="sample", size=size, way="backwards")
    assert (form.size, form.way) == (taken, "random")


def test_ids_and_tabs_are_read_as_in_a_command() -> None:
    ids = from_request(on="ids", ids=" 3,7-9 ")
    assert (ids.subset, ids.options) == (Subset("ids", ids=(3, 7, 8, 9)), "--on ids --ids 3,7-9")
    tab = from_request(on="view", view="4")
    assert (tab.subset, tab.options) == (Subset("view", view=4), "--on view:4")
    assert len(from_request(ids="1" * 2 * MOST_IDS).ids) == MOST_IDS
    assert from_request(on="all", ids="3").subset == Subset("all"), "what is typed beside another choice does not count"


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"on": "ids"}, "Add their ids"),
        ({"on": "view", "view": "mine"}, "not a Data Manager tab"),
        ({"on": "rest"}, "Choose on which tasks"),
        ({"on": "view:3"}, "Choose on which tasks"),
    ],
)
def test_what_cannot_be_read_is_said(form: dict[str, str], sentence: str) -> None:
    with pytest.raises(SubsetError, match=sentence):
        _ = from_request(**form).subset


def test_the_sdk_starts_the_same_run() -> None:
    assert from_request(on="all").sdk(OF) == 'client.prompts.runs.create(3, 12, project=7, project_subset="All")'
    assert from_request().sdk(OF).endswith('project_subset="HasGT")')
    assert from_request(on="missing").sdk(OF).endswith('project_subset="All", only_missing_predictions=True)')


def test_what_there_is_to_choose_says_how_many_tasks_it_has() -> None:
    found = choices()
    counts = {row.name: row.count for row in found.rows}
    assert counts == {"ground-truth": 2, "sample": 5, "missing": 3, "all": 5, "ids": None, "view": None}
    assert all(found.has(row.name) for row in found.rows)
    assert not found.has("rest")
    assert [tab.title for tab in found.sizes.tabs] == ["Tab 0"]


def test_what_is_impossible_says_why() -> None:
    found = choices(tasks=0, truths=0, missing=0, tabs=0)
    assert {row.name: row.reason for row in found.rows} == {
        "ground-truth": NOT_STARRED,
        "sample": NO_TASKS,
        "missing": ALL_THERE,
        "all": NO_TASKS,
        "ids": NO_TASKS,
        "view": NO_TABS,
    }
    assert not any(found.has(row.name) for row in found.rows)


def test_a_sample_of_every_label_needs_labels() -> None:
    assert choices(truths=0).stratify == NO_LABELS
    assert choices(truths=0, predictions=1).stratify == ""
    assert choices(truths=1).stratify == ""


def test_ids_with_spaces_are_one_word_of_the_command() -> None:
    form = from_request(on="ids", ids="3, 7-9")
    assert shlex.split(form.options) == ["--on", "ids", "--ids", "3, 7-9"]
    assert form.subset == Subset("ids", ids=(3, 7, 8, 9))


def test_an_estimate_reads_no_more_tasks_than_a_choice_has() -> None:
    read = {name: choices().read_for(name, of_tasks(5)) for name in ("ground-truth", "missing", "all", "ids", "view")}
    assert read == {"ground-truth": 2, "missing": 3, "all": 5, "ids": 5, "view": 5}
