"""Subset sizes: how many tasks of a project each subset would take, for somebody who chooses one."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.adapters.label_studio.client import LabelStudioClient
from backend.adapters.label_studio.views import Tab
from backend.domain.project import Project


@dataclass(frozen=True, slots=True)
class SubsetSizes:
    """
    all_tasks: of the project
    truths: annotations that are marked as ground truth
    missing: tasks without a prediction of the version
    tabs: those of the Data Manager that people made
    labelled: whether there is a ground truth or a prediction, by which a sample can be stratified
    """

    all_tasks: int
    truths: int
    missing: int
    tabs: Sequence[Tab]
    labelled: bool


def subset_sizes(studio: LabelStudioClient, tag: str, project: Project) -> SubsetSizes:
    """
    tag: of the version that is to be run
    project: that of the version

    Raises StudioError.
    """
    truths = studio.ground_truths(project.id)
    missing = studio.count_by_version(project.id, "not_contains", [tag])
    labelled = truths > 0 or any(studio.model_versions(project.id).values())
    return SubsetSizes(project.tasks, truths, missing, studio.tabs(project.id), labelled)
