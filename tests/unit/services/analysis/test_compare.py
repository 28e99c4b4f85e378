"""Versions are compared on the tasks with a ground truth, or by how far they agree where there is none."""

from dataclasses import replace

import pytest

from backend.adapters.database.prompts import Store
from backend.domain.dataset.split import DEV, Split
from backend.domain.dataset.subset import Subset
from backend.domain.optimize.search import LEARN
from backend.errors import ConfigChangedError, NoTruthsError, PromptError, RunError
from backend.services.analysis.compare import ComparisonResult, alike, comparable, compare_versions
from backend.services.dataset.resolved_version import ResolvedVersion
from tests.labelled_project import STUDIO, URL, LabelledProject
from tests.scripted import choices

TRUTHS = {1: "Good", 2: "Good", 3: "Bad", 4: "Bad"}
SUBSET = Subset("ground-truth")


def two(project: LabelledProject) -> list[ResolvedVersion]:
    return [project.saved(), project.saved("What of {text}?", system="Be fair.")]


def compared(project: LabelledProject, versions: list[ResolvedVersion], subset: Subset = SUBSET) -> ComparisonResult:
    return compare_versions(project.bases, project.stored, versions, subset)


def test_the_second_is_right_where_the_first_is_wrong(store: Store) -> None:
    project = LabelledProject(store, truths=TRUTHS)
    first, second = versions = two(project)
    project.run(first, {1: "Good", 2: "Bad", 3: "Good", 4: "Bad"})
    project.run(second, {1: "Bad", 2: "Good", 3: "Bad", 4: "Bad"}, "http://other.test/v1")
    result = compared(project, versions)
    (pair,) = result.comparison.pairs
    assert (result.versions, result.truths) == (("mood@1", "mood@2"), 4)
    assert (pair.fixed, pair.broken, pair.difference) == ((2, 3), (1,), 0.25)
    assert result.links == {task: f"{STUDIO}/projects/7/data?task={task}" for task in (1, 2, 3)}
    assert [(item.what, item.first, item.second) for item in result.differences["mood@1", "mood@2"]] == [
        ("prompt", None, None),
        ("system part", None, None),
        ("server", URL, "http://other.test/v1"),
    ]
    assert (result.agreements, result.texts) == ({}, ())


def test_totals_are_those_of_the_tasks_that_all_answered(store: Store) -> None:
    project = LabelledProject(store, truths=TRUTHS)
    first, second = versions = two(project)
    project.run(first, {1: "Good", 2: "Bad", 3: "Good", 4: "Bad"})
    project.run(second, {1: "Good", 2: "oh {"})
    result = compared(project, versions)
    assert {tag: summary.tasks for tag, summary in result.summaries.items()} == {"mood@1": 2, "mood@2": 2}
    assert result.comparison.tasks == 2
    assert result.summaries["mood@2"].usable == 1


def test_a_version_without_answers_is_named_with_what_asks(store: Store) -> None:
    project = LabelledProject(store, truths=TRUTHS)
    versions = two(project)
    project.run(versions[0], {1: "Good"})
    with pytest.raises(RunError, match=r"mood@2 has no answer to any of the 4 tasks .*: run it on the ground truths"):
        compared(project, versions)
    project.fake.truths = {}
    with pytest.raises(RunError, match=r"mood@2 was not asked about any task: run it on a sample"):
        compared(project, versions)


def test_without_ground_truths_it_says_how_far_they_agree(store: Store) -> None:
    project = LabelledProject(store)
    first, second = versions = two(project)
    project.run(first, {1: "Good", 2: "Good", 3: "Bad", 4: "Bad"})
    project.run(second, {1: "Good", 2: "Good", 3: "Bad", 4: "Good"})
    result = compared(project, versions)
    agreed = result.agreements["mood@1", "mood@2"]
    assert (agreed.tasks, agreed.agreed, agreed.kappa) == (4, 0.75, 0.5)
    assert (result.truths, result.links) == (0, {})
    assert "no ground truths" in (result.comparison.reason or "")
    assert {tag: summary.tasks for tag, summary in result.summaries.items()} == {"mood@1": 4, "mood@2": 4}


def test_a_part_of_the_ground_truths_must_have_some(store: Store) -> None:
    project = LabelledProject(store)
    with pytest.raises(NoTruthsError, match="in dev"):
        compared(project, two(project), Subset("ground-truth", split=Split(DEV, 0.5)))


def test_it_takes_two_versions_of_one_project(store: Store) -> None:
    project = LabelledProject(store)
    first, second = two(project)
    for versions in ([first], [first, first], []):
        with pytest.raises(PromptError, match="A comparison takes two different versions or more"):
            compared(project, versions)
    elsewhere = replace(second, project=replace(second.project, id=8))
    with pytest.raises(PromptError, match="mood@1 and mood@2 are for different projects"):
        comparable([first, elsewhere], "A comparison")


def test_versions_of_different_configs_are_read_with_what_these_share(store: Store) -> None:
    project = LabelledProject(store)
    first, second = two(project)
    wider = replace(second, schema=choices("Good", "Bad", "Fair"))
    one, other = alike([first, wider])
    assert one.schema == other.schema
    assert [label.name for label in one.schema.fields[0].labels] == ["Good", "Bad"]
    assert other.origin == wider.schema, "its answers were asked for under this one"
    assert alike([first, second]) == [first, second]
    with pytest.raises(ConfigChangedError, match="no control in common"):
        alike([first, replace(second, schema=choices("Good", name="tone"))])


@pytest.mark.slow
def test_on_the_half_that_judges_rewrites_a_comparison_is_a_look(store: Store) -> None:
    truths = {number: "Good" if number % 2 else "Bad" for number in range(1, 41)}
    project = LabelledProject(store, tasks=40, truths=truths)
    base = project.saved()
    project.run(base, dict.fromkeys(truths, "Good"))
    rewrites = [project.saved(f"Text {number}: {{text}}") for number in range(3)]
    for one in rewrites:
        project.run(one, truths)
    half = Subset("ground-truth", split=LEARN.rest)
    found = [compared(project, [base, one], half) for one in (*rewrites, rewrites[0])]
    assert [next(iter(one.looks.values())).number for one in found] == [1, 2, 3, 1], "the same one again is no new look"
    assert compared(project, [base, rewrites[0]]).looks == {}
    assert {one.comparison.pairs[0].verdict for one in found} == {"better"}


def test_what_a_comparison_rests_on_is_told(store: Store) -> None:
    project = LabelledProject(store, truths=TRUTHS)
    versions = two(project)
    for one in versions:
        project.run(one, TRUTHS)
    basis = compared(project, versions).basis
    assert basis is not None
    assert (basis.truths, basis.drawn) == ((1, 2, 3, 4), None)
