"""Live predictions: what the labelling screen gets. Stateless: labelling config and project come with every request.

No error of a task or a batch of tasks is raised: a task without a usable answer is `{}`, and the others are kept.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from backend.adapters.database.calibrations import CalibrationStore
from backend.adapters.database.projects.prediction_owners import OwnershipStore
from backend.adapters.database.prompts import Store
from backend.domain.calibration.calibrators import RAW, Calibrators
from backend.domain.chat.request_builder import RequestBuilder
from backend.domain.chat.request_resources import RequestResources
from backend.domain.labels.config import read_config
from backend.domain.labels.regions import rounded, to_result
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Failure, Outcome, Rejection
from backend.domain.prompts.default_prompt import auto_tag, default_version
from backend.domain.prompts.interactive import typed_text, typed_version
from backend.domain.prompts.version import AUTO, PromptVersion, parse_tag
from backend.domain.task import Task
from backend.engine.budgets.budget_rules import CAP
from backend.errors import PromptError, PromptsError
from backend.services.labeling_screen import LabelingScreen
from backend.services.live_requests import Labelled, Live
from backend.services.overflow_runs import OverflowRuns
from backend.services.predictions.ownership import signed

T = TypeVar("T")
NOT_USED = "a prompt that was typed on the labelling screen was not used"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ServingOptions:
    """Settings of LivePredictions.

    deadline_s: seconds after which it answers with what it has
    """

    default_model: str
    resources: RequestResources
    deadline_s: float


class LivePredictions:
    """`overflow_runs` receives tasks that were not finished in time; None if there is no way to finish them."""

    def __init__(
        self, store: Store, live: Live, serving: ServingOptions, overflow_runs: OverflowRuns | None = None
    ) -> None:
        self.close = live.close
        self._overflow_runs = overflow_runs
        self._store = store
        self._ownership = OwnershipStore(store)
        self._live = live
        self._serving = serving
        self._warned_tags = set[str]()

    def tag(self, project: int, label_config: str) -> str:
        """The model_version of this project's predictions now. Raises LabelConfigError, StoreError."""
        return self._choose(project, read_config(label_config))[1]

    def tags(self) -> list[str]:
        """All saved versions."""
        return [version.tag for version in self._store.versions()]

    def predict(
        self, project: int, label_config: str, tasks: Sequence[Any], context: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        """One prediction per task, in order; `{}` for a task without one. Never raises PromptsError.

        tasks: Label Studio's JSON, of which only `data` is read
        context: the regions on an annotator's screen; a prompt typed there replaces the project's
        """
        try:
            call = self._read(project, label_config, tasks, context)
            predictions = self._of_typed(call) if call.typed else self._of_version(call)
        except PromptsError as error:
            log.error("project %s: no predictions for %d tasks: %s", project, len(tasks), error)
            return [{} for _ in tasks]
        return list(predictions.values()) if context else signed(self._ownership, project, call.tag, predictions)

    def _read(
        self, project: int, label_config: str, tasks: Sequence[Any], context: Mapping[str, Any] | None
    ) -> "_LiveCall":
        schema = read_config(label_config)
        version, tag = self._choose(project, schema)
        schema = schema.as_of(version.schema_digest) if version.number else schema
        screen = LabelingScreen.of(label_config, context, schema)
        by_number = dict(zip(_numbers(tasks), tasks, strict=True))
        return _LiveCall(project, tag, version, schema, screen, typed_text(context, schema), by_number)

    def _of_typed(self, call: "_LiveCall") -> dict[int, dict[str, Any]]:
        """With the prompt that an annotator typed; where it brings nothing, the screen says why."""
        tasks = call.tasks
        try:
            version = typed_version(call.typed, call.version, call.schema, tasks[0].data if tasks else {})
        except PromptError as error:
            log.warning("project %s: %s: %s", call.project, NOT_USED, error)
            return {task.id: call.screen.refusal(error, call.tag) for task in tasks}
        labelled = self._label(call, version, tasks)
        return {
            number: prediction or call.screen.unanswered(labelled, labelled.outcomes.get(number), call.tag)
            for number, prediction in call.predictions(labelled, RAW).items()
        }

    def _of_version(self, call: "_LiveCall") -> dict[int, dict[str, Any]]:
        """With the version in use; what is not finished in time is left to a run."""
        tasks = call.tasks
        if len(tasks) > 1:
            tasks = self._without_overflow(call.tag, tasks, call.by_number)
        labelled = self._label(call, call.version, tasks)
        calibrators = self._calibrators(call.version, call.tag)
        if labelled.late:
            self._give_to_overflow_run(call, labelled, [task for task in tasks if task.id not in labelled.outcomes])
        return call.predictions(labelled, calibrators)

    def _label(self, call: "_LiveCall", version: PromptVersion, tasks: list[Task]) -> Labelled:
        builder = self._builder(version, call.schema)
        labelled = self._live.label(builder, tasks, self._serving.deadline_s, call.project)
        _report(call.project, call.tag, len(tasks), labelled.outcomes)
        return labelled

    def _builder(self, version: PromptVersion, schema: LabelSchema) -> RequestBuilder:
        """Raises SettingsError for a version with which a daily limit cannot be kept, or without its connection."""
        daily = self._live.daily
        if daily is not None:
            daily.check(version)
        return RequestBuilder(version, schema, self._serving.resources, cap=CAP if daily else None)

    def _choose(self, project: int, schema: LabelSchema) -> tuple[PromptVersion, str]:
        """The version in use and its tag, which is marked if the labelling config changed since it was saved."""
        in_use = self._store.connection(project)["in_use"]
        if in_use is not None:
            try:
                version = self._store.version(*parse_tag(in_use))
            except PromptError as error:
                log.error("project %s: the version in use is gone: %s", project, error)
            else:
                changed = not schema.fits(version.schema_digest)
                return version, f"{version.tag}~{schema.digest[:4]}" if changed else version.tag
        default = default_version(schema, project, self._serving.default_model)
        return default, auto_tag(default)

    def _calibrators(self, version: PromptVersion, tag: str) -> Calibrators:
        """No calibrator fits answers under another config."""
        saved = CalibrationStore(self._store).of(version) if tag == version.tag else None
        if saved is not None and saved.older and tag not in self._warned_tags:
            self._warned_tags.add(tag)
            log.warning("%s: its calibration is for earlier confidences and not applied: calibrate it again", tag)
        return saved.applied if saved else RAW

    def _without_overflow(self, tag: str, items: list[Task], by_number: Mapping[int, Any]) -> list[Task]:
        """The tasks without those that a run will push, which Label Studio would store twice."""
        pushed = self._overflow_runs.of(tag) if self._overflow_runs else set()
        return [item for item in items if _id(by_number[item.id]) not in pushed] if pushed else items

    def _give_to_overflow_run(self, call: "_LiveCall", labelled: Labelled, tasks: Sequence[Task]) -> None:
        tag, ids = call.tag, call.ids(task.id for task in tasks)
        if self._overflow_runs is None:
            log.warning(
                "%s: %d tasks are left; with LABEL_STUDIO_API_KEY set, a run finishes such tasks", tag, len(ids)
            )
        elif tag.startswith(f"{AUTO}@") or "~" in tag:
            log.warning(
                "%s: %d tasks are left; a run finishes such tasks once a saved version is in use", tag, len(ids)
            )
        else:
            self._overflow_runs.add(tag, ids, lambda: call.ids(labelled.under_way()))


@dataclass(frozen=True, slots=True)
class _LiveCall:
    """What Label Studio asks about some tasks of a project.

    tag: the model_version of its predictions
    schema: as `version` knows it
    typed: the prompt that an annotator typed on the screen; "" for none
    by_number: Label Studio's JSON of each task
    """

    project: int
    tag: str
    version: PromptVersion
    schema: LabelSchema
    screen: LabelingScreen
    typed: str
    by_number: Mapping[int, Any]

    @property
    def tasks(self) -> list[Task]:
        return [Task(number, _data(task)) for number, task in self.by_number.items()]

    def ids(self, numbers: Iterable[int]) -> list[int]:
        """Label Studio's, of those of these tasks that have one."""
        return [number for task in numbers if (number := _id(self.by_number[task])) is not None]

    def predictions(self, labelled: Labelled, calibrators: Calibrators) -> dict[int, dict[str, Any]]:
        """One for each task, in order; `{}` for one without an answer."""
        regions = self.screen.kept()
        make = partial(_prediction, schema=self.schema, tag=self.tag, calibrators=calibrators, regions=regions)
        return {number: make(labelled.outcomes.get(number)) for number in self.by_number}


def _numbers(tasks: Sequence[Any]) -> Sequence[int]:
    """Label Studio's ids, for the log; positions for tasks without an id."""
    ids = [task["id"] for task in tasks if isinstance(task, dict) and type(task.get("id")) is int]
    return ids if len(set(ids)) == len(tasks) else range(len(tasks))


def _data(task: Any) -> Mapping[str, Any]:
    """Never the task's annotations: they would leak the answer into the prompt."""
    data = task.get("data") if isinstance(task, dict) else None
    return data if isinstance(data, dict) else {}


def _id(task: Any) -> int | None:
    """Label Studio's."""
    number = task.get("id") if isinstance(task, dict) else None
    return number if isinstance(number, int) else None


def _prediction(
    outcome: Outcome | None, schema: LabelSchema, tag: str, calibrators: Calibrators, regions: list[dict[str, Any]]
) -> dict[str, Any]:
    if outcome is None or outcome.answer is None:
        return {}
    result = [*to_result(outcome.answer, schema, calibrators.scores(outcome)), *regions]
    return {"result": result, "score": rounded(calibrators.score(outcome)), "model_version": tag}


def _report(project: int, tag: str, tasks: int, outcomes: Mapping[int, Outcome]) -> None:
    """Counts only: texts and answers do not belong in a log."""
    verdicts = [outcome.verdict for outcome in outcomes.values()]
    trouble = Counter(
        v.reason if isinstance(v, Rejection) else v.kind for v in verdicts if isinstance(v, Rejection | Failure)
    )
    trouble["unfinished"] = tasks - len(outcomes)
    usable = tasks - trouble.total()
    kinds = ", ".join(f"{kind} {number}" for kind, number in trouble.items() if number)
    log.info("project %s: %s predicted %d of %d tasks%s", project, tag, usable, tasks, kinds and f" ({kinds})")
