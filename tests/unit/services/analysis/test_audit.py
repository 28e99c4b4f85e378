"""An audit doubts ground truths that versions contradict, copies that differ, and annotations that disagree."""

from dataclasses import replace

import pytest

from backend.adapters.database.prompts import Store
from backend.domain.dataset.subset import Subset
from backend.domain.labels.config import read_config
from backend.domain.metrics.confusions import Confusion
from backend.domain.task import Task
from backend.errors import NoTruthsError, SubsetError
from backend.services.analysis.audit import Audit, audit_project
from backend.services.prompts.resolver import Resolver
from tests.labelled_project import PROJECT, STUDIO, LabelledProject
from tests.scripted import CONFIG

RIGHT = {number: "Good" if number % 2 else "Bad" for number in range(1, 9)}
TEXTS = '<View><Text name="text" value="$text"/><TextArea name="why" toName="text"/></View>'
LINK = f"{STUDIO}/projects/7/data?task="


@pytest.fixture
def project(store: Store) -> LabelledProject:
    return LabelledProject(store, tasks=8, truths=RIGHT)


def audited(project: LabelledProject, subset: Subset = Subset("ground-truth")) -> Audit:  # noqa: B008
    resolver = Resolver(project.store, project.studio)
    return audit_project(project.bases, project.stored, resolver, PROJECT, subset)


@pytest.mark.slow
def test_a_truth_that_all_versions_contradict_is_suspect(project: LabelledProject) -> None:
    versions = [project.saved(), project.saved("What of {text}?")]
    for version in versions:
        project.run(version, {**RIGHT, 3: "Bad"})
    audit = audited(project)
    (suspect,) = audit.suspects
    assert (suspect.task, suspect.truth, suspect.suggested) == (3, "Good", "Bad")
    assert (suspect.versions, suspect.accepted, suspect.link) == (("mood@1", "mood@2"), False, f"{LINK}3")
    assert 0 < suspect.score <= 1
    assert (audit.truths, audit.versions, audit.stale) == (8, ("mood@1", "mood@2"), ())


def test_where_all_agree_nothing_is_suspect(project: LabelledProject) -> None:
    project.run(project.saved(), RIGHT)
    project.saved("Nobody asked {text}.")
    audit = audited(project)
    assert (audit.suspects, audit.duplicates, audit.disagreements) == ((), (), ())
    assert audit.versions == ("mood@1",), "the other one has no answer"


def test_labels_that_are_taken_for_each_other_are_counted(project: LabelledProject) -> None:
    project.run(project.saved(), {**RIGHT, 1: "Bad", 3: "Bad", 5: "Bad"})
    (confusion,) = audited(project).confusions
    assert confusion == Confusion("mood", "Good", "Bad", 3)


def test_equal_tasks_with_different_truths_are_shown_together(project: LabelledProject) -> None:
    for number in (1, 2, 3):
        project.fake.by_id[number] = Task(number, {"text": "the same"})
    (group,) = audited(project).duplicates
    assert [(item.task, item.answers, item.link) for item in group] == [
        (1, ("Good",), f"{LINK}1"),
        (2, ("Bad",), f"{LINK}2"),
        (3, ("Good",), f"{LINK}3"),
    ]


def test_annotations_that_disagree_are_shown_with_what_they_say(project: LabelledProject) -> None:
    project.fake.more = {4: ["Good"], 5: ["Good"]}
    (item,) = audited(project).disagreements
    assert (item.task, set(item.answers), item.link) == (4, {"Good", "Bad"}, f"{LINK}4")


def test_who_gave_no_answer_does_not_disagree(project: LabelledProject) -> None:
    project.fake.more = {4: [""], 5: ["Good", ""]}
    assert audited(project).disagreements == ()


def test_a_version_of_other_labels_is_not_heard(project: LabelledProject) -> None:
    project.run(project.saved(), {**RIGHT, 3: "Bad"})
    unknown = project.saved("From before {text}.")
    wider = CONFIG.replace('<Choice value="Bad"/>', '<Choice value="Bad"/><Choice value="Fair"/>')
    project.fake.now = replace(project.project, label_config=wider)
    audit = audited(project)
    assert (audit.versions, audit.stale) == ((), ("mood@1", unknown.version.tag))
    assert audit.suspects == ()


def test_another_projects_versions_are_not_heard(project: LabelledProject) -> None:
    project.store.save(replace(project.saved().version, name="other", project=8))
    audit = audited(project)
    assert (audit.versions, audit.stale) == ((), ())


def test_without_truths_or_labels_there_is_nothing_to_audit(project: LabelledProject) -> None:
    project.fake.truths = {}
    with pytest.raises(NoTruthsError, match="no ground truths"):
        audited(project)
    project.fake.now = replace(project.project, label_config=TEXTS)
    assert read_config(TEXTS).fields
    with pytest.raises(SubsetError, match="An audit compares labels, which this config does not have"):
        audited(project)
