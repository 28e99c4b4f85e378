"""Accepted predictions: predictions become annotations without a person, and those that no person changed can be
deleted.

Label Studio creates them in one request and does not say which they are. So the intention is stored before, and the
annotations are looked up after; what a killed process left undone, the next one looks up.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.adapters.database.projects.acceptances import AcceptanceStore, Begun
from backend.domain.annotated_task import AnnotatedTask
from backend.domain.labels.regions import regions_in
from backend.domain.predictions.acceptance import Annotation, is_untouched, seal
from backend.domain.prompts.version import PromptVersion, parse_tag
from backend.services.predictions.sync import foreign
from backend.services.predictions.target_project import TargetProject

LARGE = 500


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Numbers of annotations. `kept`: a person changed them, or is about to."""

    deleted: int
    kept: int


class Acceptance:
    """For one version's predictions, in the project of `target`."""

    def __init__(self, target: TargetProject, version: PromptVersion) -> None:
        self._target = target
        self._studio = target.studio
        self._version = version
        self._store = AcceptanceStore(target.store)

    def accept(self, tasks: Sequence[int] | None = None) -> int:
        """Creates annotations from predictions (all, or those on `tasks`) that have none yet. Returns their number.

        Tasks on which others pushed predictions under its tag are left out, because Label Studio would take those too.
        """
        tasks = self._without_others(tasks)
        self._note_all()
        project = self._target.project
        begun = Begun(self._version.tag, self._studio.newest_annotation(project))
        self._store.begin(project, begun)
        self._studio.annotate(project, self._version.tags, tasks)
        return self._note(begun)

    def take_back(self) -> TakenBack:
        """Deletes the annotations created from the version's predictions, except those that a person changed."""
        self._note_all()
        project = self._target.project
        seals = self._store.seals(project, self._version.tag)
        existing = {
            a["id"]: item for item in self._studio.annotated(project) for a in item.annotations if a["id"] in seals
        }
        untouched = [number for number, item in existing.items() if number not in item.drafted]
        if len(untouched) > LARGE:
            self._target.notify(f"Deleting {len(untouched):,} annotations one by one; about a minute for each 500.")
        deleted = [number for number in untouched if self._take_back(number, seals[number])]
        self._store.forget([*deleted, *(seals.keys() - existing.keys())])
        return TakenBack(len(deleted), len(existing) - len(deleted))

    def _take_back(self, number: int, sealed: str) -> bool:
        """Checks each annotation again before it deletes it, because somebody may be at work."""
        now = self._target.surely(lambda: self._studio.annotation(number))
        if now is None or not is_untouched(now) or seal(now) != sealed:
            return False
        self._target.surely(lambda: self._studio.delete_annotation(number))
        return True

    def _without_others(self, tasks: Sequence[int] | None) -> Sequence[int] | None:
        index = self._target.there(self._version.names)
        others = [item for item in index.all() if item.version in self._version.tags and not item.ours]
        if not others:
            return tasks
        self._target.notify(
            f"{foreign({self._version.tag: len(others)})} stay predictions, and so does what is beside them."
        )
        strange = {item.task_id for item in others}
        ours = {item.task_id for item in index.all() if item.version in self._version.tags and item.ours}
        return [task for task in (sorted(ours) if tasks is None else tasks) if task not in strange]

    def _note_all(self) -> None:
        """Notes what was created by now, also by a process that was killed. Another version's may go on: somebody else
        may wait for Label Studio, which takes minutes for thousands."""
        for begun in self._store.begun(self._target.project):
            self._note(begun)

    def _note(self, begun: Begun) -> int:
        """Returns the number of annotations."""
        tags = self._tags(begun.version)
        seals = {
            annotation["id"]: seal(annotation)
            for item in self._studio.annotated(self._target.project)
            for annotation in item.annotations
            if annotation["id"] > begun.after
            and annotation["id"] in item.unseen
            and self._is_of(item, annotation, tags)
        }
        self._store.note(self._target.project, begun.version, seals, ended=begun.version == self._version.tag)
        return len(seals)

    def _tags(self, tag: str) -> tuple[str, ...]:
        """The tags that a version's predictions may carry."""
        versions = self._target.store.versions(parse_tag(tag)[0])
        return next((version.tags for version in versions if version.tag == tag), (tag,))

    def _is_of(self, item: AnnotatedTask, annotation: Annotation, tags: tuple[str, ...]) -> bool:
        if item.versions.get(annotation.get("parent_prediction") or 0) in tags:
            return True
        result = regions_in(annotation.get("result"))
        return any(self._target.marker.is_on(item.task.id, tag, result) for tag in tags)
