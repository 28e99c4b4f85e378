"""Everything there is to do, one method each, which calls a service. The interfaces call nothing else.

Everything the commands do is here, for scripts:

    from backend.app import App
    print(App().evaluate("sentiment@1").score.accuracy)
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from backend.adapters.database.calibrations import StoredCalibration
from backend.adapters.database.project_data import Held
from backend.adapters.label_studio.health_probe import describe as describe_server
from backend.container import Container
from backend.domain.dataset.subset import Subset
from backend.domain.labels.relabel import Renames
from backend.domain.outcome import Outcome
from backend.domain.prompts.version import PromptVersion
from backend.domain.reports.report import Report
from backend.domain.runs.cost_estimate import Estimate
from backend.domain.runs.request_speed import Limits
from backend.domain.runs.run import FINAL, Run
from backend.domain.urls import shown
from backend.logs import to_log
from backend.services.analysis.audit import Audit, audit_project
from backend.services.analysis.calibrate import CalibrationResult, calibrate_version
from backend.services.analysis.compare import ComparisonResult, compare_versions
from backend.services.analysis.confidence_threshold import ConfidenceThreshold, confidence_threshold, least_confidence
from backend.services.analysis.export import export
from backend.services.analysis.report import report
from backend.services.analysis.results import TaskResult, results
from backend.services.auto_accept import ChosenTasks, choose, submittable
from backend.services.dataset.label_configs import Relabelled, Renaming, project_meant
from backend.services.health_checks import HealthCheck, examine
from backend.services.live_predictions import LivePredictions, ServingOptions
from backend.services.live_requests import Live
from backend.services.optimize.session import OptimizationResult, OptimizerOptions
from backend.services.overflow_runs import OverflowRuns
from backend.services.predictions.acceptance import TakenBack
from backend.services.predictions.forecast import alike, changes
from backend.services.predictions.sync import PushResult
from backend.services.predictions.target_project import Notify
from backend.services.projects import ProjectPredictions
from backend.services.prompt_drafting import DraftedPrompt
from backend.services.prompts.versions import Draft, SavedVersion
from backend.services.run_control.progress import Progress, Silent
from backend.services.run_control.status import RunStatus, status_of
from backend.services.runs.cost_estimation import CostEstimator
from backend.services.runs.lifecycle import RunOptions, RunResult
from backend.services.setup.address import address_of
from backend.services.setup.reach import reach_studio
from backend.services.try_task import TryResult, try_task

if TYPE_CHECKING:
    from backend.adapters.prometheus import MetricsEndpoint


class App:
    """Errors are `backend.errors.PromptsError`s."""

    def __init__(self, container: Container | None = None) -> None:
        """`container`: what it works with; by default made from the environment's settings."""
        self.container = container or Container()

    # Prompt versions

    def save(self, draft: Draft) -> SavedVersion:
        return self.container.prompts.save(draft, self.container.studio)

    def alike(self, version: PromptVersion) -> list[str]:
        """Tags of predictions in Label Studio that could be mistaken for those of a new version."""
        return alike(self.container.studio, self.container.store, version)

    def draft(self, name: str, project: int | None = None, teacher: str | None = None) -> DraftedPrompt:
        """A prompt to begin with, made from the labelling config, or from that by a teacher who sees some tasks.

        project: needed for a new name
        """
        return self.container.drafter.draft(name, project, teacher)

    def version(self, tag: str) -> PromptVersion:
        return self.container.prompts.get(tag)

    def versions(self, name: str | None = None) -> list[PromptVersion]:
        return self.container.prompts.of(name) if name else self.container.store.versions()

    def rename(self, old: str, new: str) -> None:
        self.container.prompts.rename(old, new)

    def deletable(self, which: str) -> list[PromptVersion]:
        """The versions that `delete` would delete. Raises PromptError when one of them is in use."""
        return self.container.prompts.deletable(which)

    def delete(self, which: str) -> None:
        """A version (NAME@N), or a prompt with all its versions (NAME)."""
        self.container.prompts.delete(which)

    def dump(self, folder: Path, name: str | None = None) -> list[Path]:
        return self.container.prompts.dump(folder, name)

    def load(self, path: Path, project: int | None = None) -> SavedVersion:
        return self.container.prompts.load(path, project, self.container.studio)

    def relabel(self, wish: Renaming, project: int | None = None) -> Relabelled:
        """From now on, reads `wish.old` in annotations and stored answers as `wish.label`."""
        versions = self.container.store.versions()
        return self.container.prompts.configs.relabel(
            self.container.studio, project_meant(versions, project), versions, wish
        )

    def unrelabel(self, wish: Renaming, project: int | None = None) -> None:
        self.container.prompts.configs.unrelabel(project_meant(self.container.store.versions(), project), wish)

    def relabelled(self, project: int | None = None) -> Renames:
        """Control -> former label -> the label as which it is read."""
        return self.container.prompts.configs.renames(project_meant(self.container.store.versions(), project))

    # Runs

    def try_task(self, tag: str, task: int) -> TryResult:
        return try_task(self.container.runs, self.container.prompts.resolved(tag, self.container.studio), task)

    def evaluate(
        self, tag: str, truth: str = "ground-truth", ending: RunOptions | None = None, progress: Progress | None = None
    ) -> RunResult:
        return self.run(tag, Subset("ground-truth", truth=truth), self.evaluating(ending or RunOptions()), progress)

    def evaluating(self, ending: RunOptions) -> RunOptions:
        """The options of an evaluation: EVALUATE_PUSHES=false leaves Label Studio alone."""
        return replace(ending, push=ending.push and self.container.settings.evaluate_pushes)

    def compare(self, tags: Sequence[str], subset: Subset | None = None) -> ComparisonResult:
        """Compares versions on the same ground truths (all, or those of `subset`), from stored answers."""
        resolved_versions = [self.container.prompts.readable(tag, self.container.studio) for tag in tags]
        return compare_versions(self.container.runs, resolved_versions, subset or Subset("ground-truth"))

    def estimate(self, tag: str, subset: Subset, probe: int = 0) -> Estimate:
        """What a run would take. `probe` requests are sent for it, and their answers stored."""
        return CostEstimator(self.container.runs, self.container.prompts.resolved(tag, self.container.studio)).estimate(
            subset, probe
        )

    def run(
        self, tag: str, subset: Subset, ending: RunOptions | None = None, progress: Progress | None = None
    ) -> RunResult:
        progress = progress or Silent()
        started = self._start(tag, subset, ending or RunOptions(), progress.notify)
        return self.container.runs.work(started.id, progress)

    def _start(self, tag: str, subset: Subset, ending: RunOptions, notify: Notify) -> Run:
        if ending.push:
            for sentence in changes(
                self.container.studio, self.container.store, self.container.prompts.get(tag), ending.keep
            ):
                notify(sentence)
        return self.container.runs.start(tag, subset, ending)

    def work(self, run_id: str, progress: Progress | None = None) -> RunResult:
        """Works on a pending run, or on one whose process is lost."""
        return self.container.runs.work(run_id, progress or Silent())

    def run_in_background(
        self, tag: str, subset: Subset, ending: RunOptions | None = None, notify: Notify = to_log
    ) -> Run:
        """Returns at once; a worker (with REDIS_URL) or a process of its own does the work."""
        started = self._start(tag, subset, ending or RunOptions(), notify)
        return self.container.runs.give(started.id, self.container.background_workers)

    def resume(self, run_id: str, budget: float | None = None) -> Run:
        """Continues a run in the background. Raises RunError while a process works on it, or without a larger budget.

        budget: a new budget in USD; needed for a run that stopped at its budget
        """
        return self.container.runs.reopen(run_id, self.container.background_workers, budget)

    def retry(self, run_id: str, rejected: bool = False) -> Run:
        """Asks again, in the background, about the tasks for which a run had no answer.

        rejected: whether to ask also about those whose answer cannot be used
        """
        return self.container.runs.give(
            self.container.runs.retry(run_id, rejected).id, self.container.background_workers
        )

    def cancel(self, run_id: str) -> bool:
        """Stops a run within seconds; stored answers are kept. False if it had ended already."""
        stopped = self.container.record.cancel(self.container.record.run(run_id).id)
        return self.container.batches.cancel(run_id) or stopped

    def work_on_queue(self, burst: bool = False) -> None:
        """Works on runs that wait in Redis, and on those whose worker was killed.

        Raises SettingsError without REDIS_URL, QueueError if Redis does not answer.
        """
        worker_pool = self.container.worker_pool
        worker_pool.look_after()
        if self.container.settings.metrics_port is not None:
            self.exposition().serve(self.container.settings.metrics_host, self.container.settings.metrics_port)
        with worker_pool.caretaker():
            self.container.queue().work(burst, worker_pool.attempt, self.container.stop.request)

    def runs(self, which: str | None = None) -> list[RunStatus]:
        """Runs of a version (NAME@N), of all versions of a prompt (NAME) or all runs; newest first."""
        tags = self.container.prompts.tags(which) if which else None
        found = [run for run in self.container.record.runs() if tags is None or run.tag in tags]
        return [status_of(self.container.record, run, self.container.pricing) for run in found]

    def watch(self, run_id: str) -> RunStatus:
        """The progress of a run."""
        return status_of(self.container.record, self.container.record.run(run_id), self.container.pricing)

    def enhance(self, tag: str, wish: OptimizerOptions, progress: Progress | None = None) -> OptimizationResult:
        """A better prompt than a version's, if the search finds one; see `services.optimize.optimizer`."""
        return self.container.optimizer.enhance(
            self.container.prompts.resolved(tag, self.container.studio), wish, progress or Silent()
        )

    def outcomes(self, run_id: str) -> Iterator[Outcome]:
        """What became of the tasks of a run, by task id."""
        run = self.container.record.run(run_id)
        pages = self.container.runs.outcomes.of_run(
            run, self.container.prompts.readable(run.tag, self.container.studio)
        )
        return (outcome for page in pages for outcome in page)

    def results(self, tag: str, kinds: Sequence[str] = (), truth: str = "ground-truth") -> list[TaskResult]:
        return results(self.container.runs, self.container.prompts.readable(tag, self.container.studio), kinds, truth)

    def calibrate(self, tag: str, subset: Subset | None = None) -> CalibrationResult:
        """Measures a version's confidence on its ground truths, and saves a calibrator if that helps."""
        return calibrate_version(
            self.container.runs,
            self.container.prompts.readable(tag, self.container.studio),
            subset or Subset("ground-truth"),
        )

    def uncalibrate(self, tag: str) -> bool:
        """Raw confidences are pushed again; False if they were already."""
        return self.container.prompts.calibrated.remove(self.container.prompts.get(tag))

    def confidence_threshold(self, tag: str, accuracy: float, subset: Subset | None = None) -> ConfidenceThreshold:
        """The lowest confidence that guarantees an accuracy, with 95 % confidence."""
        resolved = self.container.prompts.readable(tag, self.container.studio)
        return confidence_threshold(self.container.runs, resolved, accuracy, subset or Subset("ground-truth"))

    def calibrated(self, tag: str) -> StoredCalibration | None:
        """The calibration that is saved with a version; None if raw confidences are pushed."""
        return self.container.prompts.calibrated.of(self.container.prompts.get(tag))

    def push(self, tag: str, keep: bool = False, notify: Notify = to_log, take_over: bool = False) -> PushResult:
        """Pushes the stored answers of a version.

        take_over: whether predictions that others pushed under the prompt's name are replaced too
        """
        return self.container.runs.push_again(
            self.container.prompts.pushable(tag, self.container.studio), keep, notify, take_over
        )

    # Projects

    def connect(self, project: int, url: str | None = None, notify: Notify = to_log) -> str:
        """Connects the server to a project and returns its address.

        url: where Label Studio reaches the server; by default where it listens on this machine
        """
        return self.container.projects.connect(
            project, url or self.container.settings.local_url(), self.container.login, notify
        )

    def disconnect(self, project: int, url: str | None = None) -> int:
        return self.container.projects.disconnect(project, url)

    def use(self, tag: str, notify: Notify = to_log) -> None:
        self.container.projects.use(self.container.prompts.resolved(tag, self.container.studio).version, notify)

    def address(self, what: str, task: int | None = None) -> str:
        """The address of a project (by its number, or a prompt of it), one of its tasks, or a report's file."""
        url = self.container.settings.label_studio_url
        return address_of(what, task, url, lambda tag: self.container.prompts.get(tag).project)

    def predictions(self, project: int) -> ProjectPredictions:
        return self.container.projects.predictions(project)

    def predicted(self, tag: str) -> dict[str, int]:
        """How many predictions in Label Studio are ours, by model_version, for a version."""
        return self.container.projects.predicted(self.container.prompts.get(tag))

    def withdraw(self, tag: str, notify: Notify = to_log, take_over: bool = False) -> int:
        return self.container.projects.withdraw(self.container.prompts.get(tag), notify, take_over)

    def annotate(self, tag: str, tasks: Sequence[int] | None = None, notify: Notify = to_log) -> int:
        """Creates annotations from all predictions of a version that a person could submit, or from those on `tasks`.

        Returns their number.
        """
        resolved = self.container.prompts.resolved(tag, self.container.studio)
        return self.container.projects.annotate(
            resolved.version, submittable(self.container.studio, resolved, tasks, notify), notify
        )

    def unannotate(self, tag: str, notify: Notify = to_log) -> TakenBack:
        """Deletes the annotations that `annotate` created from a version's predictions, if no person changed them."""
        return self.container.projects.unannotate(self.container.prompts.get(tag), notify)

    def sure(self, tag: str, least: float | None = None, accuracy: float = 1.0, notify: Notify = to_log) -> ChosenTasks:
        """The tasks whose prediction has at least the confidence `least`, or the threshold for `accuracy`.

        See `confidence_threshold`.
        """
        resolved = self.container.prompts.resolved(tag, self.container.studio)
        if least is None:
            least = least_confidence(self.container.runs, resolved, accuracy)
        return choose(self.container.runs, resolved, least, notify)

    def held(self, project: int) -> Held:
        """How much is stored about a project's tasks."""
        return self.container.forgetting.held(project)

    def forget(self, project: int, notify: Notify = to_log) -> Held:
        """Deletes it, here and at the model's provider. Raises RunError while a run of the project is in progress,
        ProviderError if files cannot be deleted there."""
        return self.container.forgetting.forget(project, notify)

    def doctor(self, backend_url: str | None = None, notify: Notify = to_log) -> list[HealthCheck]:
        """Checks everything that a user needs. The model gets one small request, or a few.

        backend_url: where Label Studio reaches the server; by default where it listens on this machine
        notify: is told if this takes long
        """
        url = backend_url or self.container.settings.local_url()
        return examine(
            {
                "Label Studio": self.describe_studio,
                **({"Backend": lambda: self.container.studio.check_address(url)} if url else {}),
                "Model": lambda: self.check_model(notify),
                **({"Queue": lambda: self.container.queue().describe()} if self.container.settings.redis_url else {}),
                "Record": lambda: self.container.store.describe(),
                "Server": lambda: self._describe_server(url),
                **({"Limit": self.describe_limit} if self.container.daily else {}),
            }
        )

    def describe_studio(self) -> str:
        """Label Studio's address, and the owner of the token. Raises PromptsError with what to do."""
        return f"{shown(self.container.settings.label_studio_url)}, {self.container.studio.describe()}"

    def check_model(self, notify: Notify = to_log) -> str:
        """The model's address, whether its server lists it, and the seconds of a small request.

        Raises PromptsError with what to do.
        """
        settings = self.container.settings
        place = self.container.model_server.describe(settings.openai_model, settings.request_timeout_s)
        limits = Limits(settings.concurrency, settings.request_timeout_s)
        return f"{place}, {self.container.model_server.timed(settings.openai_model, limits, notify)}"

    def reach_studio(self) -> str:
        """The address at which Label Studio answers, without a token."""
        return reach_studio(self.container.settings.label_studio_url)

    def reach_model_server(self) -> str:
        """The address at which a model's server answers, without a key."""
        return self.container.model_server.reach(self.container.settings.request_timeout_s)

    def check_key(self) -> str:
        """How many models the server lists for this key. Raises ProviderError if it refuses the key."""
        return self.container.model_server.listed(self.container.settings.request_timeout_s)

    def models(self) -> list[str]:
        """Names of the models that the server lists."""
        return self.container.model_server.names(self.container.settings.request_timeout_s)

    def doubt(self, tag: str) -> str | None:
        """A sentence if the server does not list a version's model."""
        return self.container.model_server.doubt(self.container.prompts.get(tag).model)

    def _describe_server(self, url: str | None) -> str:
        listens = self.container.settings.describe_server()
        return (
            f"{listens}; {describe_server(url, self.container.login.user, self.container.login.password)}"
            if url
            else listens
        )

    def exposition(self) -> "MetricsEndpoint":
        """This process's metrics, for Prometheus."""
        from backend.adapters.prometheus import QUEUE_S, MetricsEndpoint

        return MetricsEndpoint(self.container.queue(QUEUE_S).depth if self.container.settings.redis_url else None)

    # Doubts and reports

    def audit(self, project: int, subset: Subset | None = None) -> Audit:
        """Ground truths that may be wrong, among all or those of `subset`."""
        return audit_project(self.container.runs, project, subset or Subset("ground-truth"))

    def export(self, tag: str, kind: str, path: Path | None, truth: str = "ground-truth") -> int:
        """Writes the outcomes of a version's tasks as csv, jsonl or parquet, to a file or to standard output.

        Returns the number of rows.
        """
        return export(
            self.container.runs, self.container.prompts.readable(tag, self.container.studio), kind, path, truth
        )

    def report(self, tag: str, against: str | None = None, subset: Subset | None = None) -> Report:
        """A report on a version with the ground truths (all, or those of `subset`).

        against: a version to compare it with
        """
        other = self.container.prompts.readable(against, self.container.studio) if against else None
        return report(
            self.container.runs,
            self.container.prompts.readable(tag, self.container.studio),
            other,
            subset or Subset("ground-truth"),
        )

    # The server

    def live_predictions(self) -> LivePredictions:
        """For the server."""
        import backend.adapters.providers.chat_completions  # noqa: F401  (now, rather than while the first annotator waits)

        settings = self.container.settings
        live = Live(self.container.live_executor, self.container.store, self.container.pricing, self.container.daily)
        serving = ServingOptions(
            settings.openai_model, settings.openai_base_url, settings.predict_deadline_s, self.container.embedder
        )
        return LivePredictions(self.container.store, live, serving, self._overflow_runs())

    def describe_limit(self) -> str:
        """What the server may spend, for people. Raises SettingsError if that limit cannot be kept."""
        daily = self.container.daily
        return "no limit (MAX_USD_PER_DAY)" if daily is None else daily.describe(self.container.settings.openai_model)

    def _overflow_runs(self) -> OverflowRuns | None:
        if self.container.settings.label_studio_api_key is None:
            return None
        return OverflowRuns(self._finish, lambda run_id: self.watch(run_id).run.status in FINAL)

    def _finish(self, tag: str, ids: tuple[int, ...]) -> Run:
        """Has a run do what a live request had no time for."""

        def start(budget: float | None) -> Run:
            return self.run_in_background(tag, Subset("rest", ids=ids), RunOptions(keep=True, budget=budget))

        return start(None) if self.container.daily is None else self.container.daily.lend(start)
