"""The projects of the earlier database, in a Label Studio of their own: it refers to them by number."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.earlier_record import MODEL_PORT, contents
from tests.journeys.conftest import RunningLabelStudio, a_label_studio
from tests.journeys.project import StudioProject
from tests.running import RunningStandIn, running_stand_in
from tests.teaching import ScriptedTeacher, teaching

Json = dict[str, Any]


@dataclass(frozen=True)
class EarlierProjects:
    """`studio` holds nothing else."""

    studio: RunningLabelStudio
    projects: Sequence[StudioProject]

    @classmethod
    def made(cls, studio: RunningLabelStudio, holding: Sequence[Json]) -> "EarlierProjects":
        """`holding`: config and tasks of each project."""
        for number, content in enumerate(holding, 1):
            body = {"title": f"Earlier {number}", "label_config": content["config"]}
            made = studio.http.post("/api/projects/", json=body).raise_for_status().json()
            assert made["id"] == number
            studio.http.post(f"/api/projects/{number}/import", json=content["tasks"]).raise_for_status()
        return cls(studio, [StudioProject(number, studio.http) for number in range(1, len(holding) + 1)])

    def predictions(self) -> list[Json]:
        """As they can be imported again."""
        kept = ("task", "model_version", "score", "result")
        found = [prediction for project in self.projects for prediction in project.predictions()]
        return sorted(
            ({key: one[key] for key in kept} for one in found), key=lambda one: (one["model_version"], one["task"])
        )

    def put_back(self, predictions: Sequence[Json]) -> None:
        """Nothing but the ground truths and these predictions."""
        for project in self.projects:
            for annotation in project.annotations():
                if not annotation["ground_truth"]:
                    project.http.delete(f"/api/annotations/{annotation['id']}/").raise_for_status()
            project.act("delete_tasks_predictions")
            tasks = set(project.task_ids())
            mine = [prediction for prediction in predictions if prediction["task"] in tasks]
            path = f"/api/projects/{project.id}/import/predictions"
            project.http.post(path, json=mine).raise_for_status()
            project.change(model_version="")


@contextmanager
def earlier_projects(folder: Path) -> Iterator[EarlierProjects]:
    with a_label_studio(folder) as studio:
        yield EarlierProjects.made(studio, contents())


@contextmanager
def earlier_model(folder: Path) -> Iterator[RunningStandIn]:
    """The stand-in at the address that the stored answers came from."""
    with running_stand_in(folder / "stand-in.log", MODEL_PORT) as running:
        yield running


def earlier_teacher() -> AbstractContextManager[ScriptedTeacher]:
    """Writes what the teacher of the earlier record wrote."""
    return teaching("good", "empty", "bad", "thorough")
