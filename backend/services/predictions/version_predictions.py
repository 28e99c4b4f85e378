"""The predictions of a project in Label Studio: counts those of each version, and deletes or accepts those of one."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from shlex import quote

from backend.adapters.database.prompts import Store
from backend.adapters.label_studio.client import LabelStudioClient
from backend.domain.prompts.version import PromptVersion
from backend.logs import to_log
from backend.services.predictions.acceptance import Acceptance, TakenBack
from backend.services.predictions.sync import delete, foreign
from backend.services.predictions.target_project import Notify, TargetProject


@dataclass(frozen=True, slots=True)
class ProjectPredictions:
    """`versions`: predictions by model_version ("" for those without); `tasks_without` have none at all."""

    versions: Mapping[str, int]
    tasks: int
    tasks_without: int


@dataclass(frozen=True, slots=True)
class VersionPredictions:
    store: Store
    studio: LabelStudioClient

    def predictions(self, project: int) -> ProjectPredictions:
        details = self.studio.project(project)
        versions: dict[str, int] = {}
        tasks = set()
        for prediction in self.studio.predictions(project):
            tasks.add(prediction.task_id)
            version = prediction.model_version or ""
            versions[version] = versions.get(version, 0) + 1
        return ProjectPredictions(dict(sorted(versions.items())), details.tasks, details.tasks - len(tasks))

    def predicted(self, version: PromptVersion) -> dict[str, int]:
        """How many predictions of a version are ours, by model_version: its tag, the tag marked for a changed config,
        and those of the prompt's former names."""
        if not any(_is_of(version, tag) for tag in self.studio.model_versions(version.project)):
            return {}
        index = self._target(version, to_log).there(version.names)
        return dict(Counter(item.version for item in index.all() if item.ours and _is_of(version, item.version)))

    def withdraw(self, version: PromptVersion, notify: Notify, take_over: bool = False) -> int:
        """Deletes our predictions of a version, also those under a changed config or an earlier name. Returns their
        number.

        take_over: whether predictions that others pushed are deleted too
        """
        target = self._target(version, notify)
        index = target.there(version.names, take_over)
        ids: dict[str, list[int]] = {}
        others = Counter[str]()
        for prediction in index.all():
            if not _is_of(version, prediction.version):
                continue
            if prediction.ours:
                ids.setdefault(prediction.version, []).append(prediction.id)
            else:
                others[prediction.version] += 1
        deleted = delete(target, ids, index.counts)
        target.show_again(version.names)
        if others:
            also = f"`ls-prompts withdraw {quote(version.tag)} --take-over` deletes them too."
            notify(f"{foreign(others)} stay there; {also}")
        return deleted

    def annotate(self, version: PromptVersion, tasks: Sequence[int] | None, notify: Notify) -> int:
        """See `Acceptance.accept`."""
        return Acceptance(self._target(version, notify), version).accept(tasks)

    def unannotate(self, version: PromptVersion, notify: Notify) -> TakenBack:
        """See `Acceptance.take_back`."""
        return Acceptance(self._target(version, notify), version).take_back()

    def _target(self, version: PromptVersion, notify: Notify) -> TargetProject:
        return TargetProject(self.studio, self.store, version.project, notify)


def _is_of(version: PromptVersion, model_version: str) -> bool:
    return model_version.partition("~")[0] in version.tags
