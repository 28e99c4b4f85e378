"""What there is to do: one method for each, which hands over to a flow. The doors call nothing else.

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
from backend.adapters.database.public_ids import PublicIdStore
from backend.adapters.label_studio.client import LabelStudioClient
from backend.adapters.label_studio.credential import refresh_token
from backend.adapters.label_studio.health_probe import describe as describe_server
from backend.container import Container
from backend.domain.dataset.subset import Subset
from backend.domain.labels.relabel import Renames
from backend.domain.metrics.evaluation import Evaluation
from backend.domain.outcome import Outcome
from backend.domain.prompts.version import PromptVersion
from backend.domain.reports.report import Report
from backend.domain.runs.cost_estimate import Estimate
from backend.domain.runs.request_speed import Limits
from backend.domain.runs.run import FINAL, Run
from backend.domain.urls import shown
from backend.logs import to_log
from backend.services.analysis.answered_tasks import AnsweredTask, answered_tasks
from backend.services.analysis.audit import Audit, audit_project
from backend.services.analysis.calibrate import CalibrationResult, calibrate_version
from backend.services.analysis.compare import ComparisonResult, compare_versions
from backend.services.analysis.confidence_threshold import ConfidenceThreshold, confidence_threshold, least_confidence
from backend.services.analysis.export import export
from backend.services.analysis.report import report
from backend.services.analysis.results import TaskResult, results
from backend.services.analysis.stored_evaluation import evaluation_of_run, evaluation_of_version
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
from backend.services.public_objects import PublicObjects
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
        """Tags under which Label Studio has predictions already that could be taken for a new version's."""
        return alike(self.container.studio, self.container.store, version)

    def draft(self, name: str, project: int | None = None, teacher: str | None = None) -> DraftedPrompt:
        """A prompt to begin with, made from the labelling config, or from that by a teacher who sees some tasks;
        `project` is needed for a new name."""
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
        """Reads what annotations and stored answers call `wish.old` as `wish.label` from now on."""
        versions = self.container.store.versions()
        return self.container.prompts.configs.relabel(
            self.container.studio, project_meant(versions, project), versions, wish
        )

    def unrelabel(self, wish: Renaming, project: int | None = None) -> None:
        self.container.prompts.configs.unrelabel(project_meant(self.container.store.versions(), project), wish)

    def relabelled(self, project: int | None = None) -> Renames:
        """Control -> former label -> the label it is read as."""
        return self.container.prompts.configs.renames(project_meant(self.container.store.versions(), project))

    # Runs

    def try_task(self, tag: str, task: int) -> TryResult:
        return try_task(self.container.runs, self.container.prompts.resolved(tag, self.container.studio), task)

    def evaluate(
        self, tag: str, truth: str = "ground-truth", ending: RunOptions | None = None, progress: Progress | None = None
    ) -> RunResult:
        return self.run(tag, Subset("ground-truth", truth=truth), self.evaluating(ending or RunOptions()), progress)

    def evaluating(self, ending: RunOptions) -> RunOptions:
        """How an evaluation ends: EVALUATE_PUSHES=false leaves Label Studio alone."""
        return replace(ending, push=ending.push and self.container.settings.evaluate_pushes)

    def compare(self, tags: Sequence[str], subset: Subset | None = None) -> ComparisonResult:
        """Versions on the same ground truths (all, unless `subset` says which), from what is stored."""
        resolved_versions = [self.container.prompts.readable(tag, self.container.studio) for tag in tags]
        return compare_versions(self.container.runs, resolved_versions, subset or Subset("ground-truth"))

    def estimate(self, tag: str, subset: Subset, probe: int = 0) -> Estimate:
        """What a run would take; `probe` requests are sent for it, and their answers kept."""
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
        """Works on a pending run, or on one whose process is gone."""
        return self.container.runs.work(run_id, progress or Silent())

    def run_in_background(
        self, tag: str, subset: Subset, ending: RunOptions | None = None, notify: Notify = to_log
    ) -> Run:
        """Returns at once; a worker (with REDIS_URL) or a process of its own does the work."""
        started = self._start(tag, subset, ending or RunOptions(), notify)
        return self.container.runs.give(started.id, self.container.background_workers)

    def resume(self, run_id: str, budget: float | None = None) -> Run:
        """Goes on with a run in the background, with another budget in USD if one is given. Raises RunError while a
        process works on it, or when it stopped at a budget and gets no larger one."""
        return self.container.runs.reopen(run_id, self.container.background_workers, budget)

    def retry(self, run_id: str, rejected: bool = False) -> Run:
        """Asks again, in the background, about the tasks a run had no answer for; with `rejected` also about those
        whose answer can't be used."""
        return self.container.runs.give(
            self.container.runs.retry(run_id, rejected).id, self.container.background_workers
        )

    def cancel(self, run_id: str) -> bool:
        """Stops a run within seconds and keeps what came; False when it had ended already."""
        stopped = self.container.record.cancel(self.container.record.run(run_id).id)
        return self.container.batches.cancel(run_id) or stopped

    def work_on_queue(self, burst: bool = False) -> None:
        """Works on runs that wait in Redis, and takes up those whose worker was killed. Raises SettingsError without
        REDIS_URL, QueueError when Redis is not there."""
        worker_pool = self.container.worker_pool
        worker_pool.look_after()
        if self.container.settings.metrics_port is not None:
            self.exposition().serve(self.container.settings.metrics_host, self.container.settings.metrics_port)
        with worker_pool.caretaker():
            self.container.queue().work(burst, worker_pool.attempt, self.container.stop.request)

    def runs(self, which: str | None = None) -> list[RunStatus]:
        """Of a version (NAME@N), of all versions of a prompt (NAME) or all there are; newest first."""
        tags = self.container.prompts.tags(which) if which else None
        found = [run for run in self.container.record.runs() if tags is None or run.tag in tags]
        return [status_of(self.container.record, run, self.container.pricing) for run in found]

    def watch(self, run_id: str) -> RunStatus:
        """How far a run has come."""
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
        """Measures a version's confidence on its ground truths, and saves a calibrator with it when that helps."""
        return calibrate_version(
            self.container.runs,
            self.container.prompts.readable(tag, self.container.studio),
            subset or Subset("ground-truth"),
        )

    def uncalibrate(self, tag: str) -> bool:
        """Confidences are pushed as they are again; False when they were."""
        return self.container.prompts.calibrated.remove(self.container.prompts.get(tag))

    def confidence_threshold(self, tag: str, accuracy: float, subset: Subset | None = None) -> ConfidenceThreshold:
        """The smallest confidence from which on answers are right so often, with 95 % confidence."""
        resolved = self.container.prompts.readable(tag, self.container.studio)
        return confidence_threshold(self.container.runs, resolved, accuracy, subset or Subset("ground-truth"))

    def calibrated(self, tag: str) -> StoredCalibration | None:
        """The calibration that is saved with a version, None when its confidences are pushed as they are."""
        return self.container.prompts.calibrated.of(self.container.prompts.get(tag))

    def push(self, tag: str, keep: bool = False, notify: Notify = to_log, take_over: bool = False) -> PushResult:
        """`take_over`: what others pushed under the prompt's name is replaced too."""
        return self.container.runs.push_again(
            self.container.prompts.pushable(tag, self.container.studio), keep, notify, take_over
        )

    # Projects

    def connect(self, project: int, url: str | None = None, notify: Notify = to_log) -> str:
        """`url`: where Label Studio is to reach the server; by default where it listens on this machine. Returns it."""
        return self.container.projects.connect(
            project, url or self.container.settings.local_url(), self.container.login, notify
        )

    def disconnect(self, project: int, url: str | None = None) -> int:
        return self.container.projects.disconnect(project, url)

    def use(self, tag: str, notify: Notify = to_log) -> None:
        self.container.projects.use(self.container.prompts.resolved(tag, self.container.studio).version, notify)

    def address(self, what: str, task: int | None = None) -> str:
        """Where a browser finds a project (its number, or a prompt of it), one of its tasks, or a report's file."""
        url = self.container.settings.label_studio_url
        return address_of(what, task, url, lambda tag: self.container.prompts.get(tag).project)

    def predictions(self, project: int) -> ProjectPredictions:
        return self.container.projects.predictions(project)

    def predicted(self, tag: str) -> dict[str, int]:
        """How many predictions of a version in Label Studio are ours, by model_version."""
        return self.container.projects.predicted(self.container.prompts.get(tag))

    def withdraw(self, tag: str, notify: Notify = to_log, take_over: bool = False) -> int:
        return self.container.projects.withdraw(self.container.prompts.get(tag), notify, take_over)

    def annotate(self, tag: str, tasks: Sequence[int] | None = None, notify: Notify = to_log) -> int:
        """Makes annotations of all predictions of a version that a person could submit, or of those on `tasks`; how
        many."""
        resolved = self.container.prompts.resolved(tag, self.container.studio)
        return self.container.projects.annotate(
            resolved.version, submittable(self.container.studio, resolved, tasks, notify), notify
        )

    def unannotate(self, tag: str, notify: Notify = to_log) -> TakenBack:
        """Takes back the annotations that `annotate` made of a version's predictions and no person touched."""
        return self.container.projects.unannotate(self.container.prompts.get(tag), notify)

    def sure(self, tag: str, least: float | None = None, accuracy: float = 1.0, notify: Notify = to_log) -> ChosenTasks:
        """The tasks whose prediction is at least so confident; without `least` as `accuracy` takes, see
        `confidence_threshold`."""
        resolved = self.container.prompts.resolved(tag, self.container.studio)
        if least is None:
            least = least_confidence(self.container.runs, resolved, accuracy)
        return choose(self.container.runs, resolved, least, notify)

    def held(self, project: int) -> Held:
        """How much is stored about a project's tasks."""
        return self.container.forgetting.held(project)

    def forget(self, project: int, notify: Notify = to_log) -> Held:
        """Deletes that, here and at the model's provider. Raises RunError while a run of the project is under way,
        ProviderError when files can't be deleted there."""
        return self.container.forgetting.forget(project, notify)

    def doctor(self, backend_url: str | None = None, notify: Notify = to_log) -> list[HealthCheck]:
        """`backend_url`: where Label Studio is to reach the server; by default where it listens on this machine. The
        model is asked a small request, or a few; `notify` hears of it when that takes long."""
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
        """Where Label Studio is, and whose the token is. Raises PromptsError with what to do."""
        return f"{shown(self.container.settings.label_studio_url)}, {self.container.studio.describe()}"

    def check_model(self, notify: Notify = to_log) -> str:
        """Where the model is, whether its server lists it and how fast it answers a small request. Raises PromptsError
        with what to do."""
        settings = self.container.settings
        place = self.container.model_server.describe(settings.openai_model, settings.request_timeout_s)
        limits = Limits(settings.concurrency, settings.request_timeout_s)
        return f"{place}, {self.container.model_server.timed(settings.openai_model, limits, notify)}"

    def reach_studio(self) -> str:
        """The address at which Label Studio answers, whoever asks."""
        return reach_studio(self.container.settings.label_studio_url)

    def reach_model_server(self) -> str:
        """The address at which a model's server answers, whoever asks."""
        return self.container.model_server.reach(self.container.settings.request_timeout_s)

    def check_key(self) -> str:
        """How many models the server lists to this key. Raises ProviderError when it refuses the key."""
        return self.container.model_server.listed(self.container.settings.request_timeout_s)

    def models(self) -> list[str]:
        """Names of the models that the server lists."""
        return self.container.model_server.names(self.container.settings.request_timeout_s)

    def doubt(self, tag: str) -> str | None:
        """What speaks against a version's model: that its server does not list it."""
        return self.container.model_server.doubt(self.container.prompts.get(tag).model)

    def _describe_server(self, url: str | None) -> str:
        listens = self.container.settings.describe_server()
        return (
            f"{listens}; {describe_server(url, self.container.login.user, self.container.login.password)}"
            if url
            else listens
        )

    def exposition(self) -> "MetricsEndpoint":
        """What Prometheus reads about this process."""
        from backend.adapters.prometheus import QUEUE_S, MetricsEndpoint

        return MetricsEndpoint(self.container.queue(QUEUE_S).depth if self.container.settings.redis_url else None)

    # Doubts and reports

    def audit(self, project: int, subset: Subset | None = None) -> Audit:
        """Which ground truths may be wrong, of all or those of `subset`."""
        return audit_project(self.container.runs, project, subset or Subset("ground-truth"))

    def export(self, tag: str, kind: str, path: Path | None, truth: str = "ground-truth") -> int:
        """Writes what became of every task of a version as csv, jsonl or parquet, to a file or to standard output;
        how many rows."""
        return export(
            self.container.runs, self.container.prompts.readable(tag, self.container.studio), kind, path, truth
        )

    def report(self, tag: str, against: str | None = None, subset: Subset | None = None) -> Report:
        """All that is known about a version on the ground truths, all or those of `subset`; `against`: a version
        to compare it with."""
        other = self.container.prompts.readable(against, self.container.studio) if against else None
        return report(
            self.container.runs,
            self.container.prompts.readable(tag, self.container.studio),
            other,
            subset or Subset("ground-truth"),
        )

    # The API

    def acting_for(self, studio: LabelStudioClient) -> "App":
        """The same, with Label Studio as `studio` sees it: for what somebody else asks for."""
        return App(self.container.acting_for(studio))

    def refresh_token(self, body: bytes) -> tuple[int, bytes]:
        """What Label Studio answers to a personal access token: the HTTP status, and JSON."""
        return refresh_token(self.container.settings.label_studio_url, body)

    def public_objects(self) -> PublicObjects:
        """Prompts, versions and runs by the integers that the API knows them by."""
        c = self.container
        return PublicObjects(PublicIdStore(c.store), c.prompts, c.runs, c.studio)

    def stored_evaluation(self, tag: str, run_id: str | None = None) -> Evaluation | None:
        """What the ground truths say about the stored answers of a version, or of one run of it; None without any."""
        resolved = self.container.prompts.readable(tag, self.container.studio)
        if run_id is None:
            return evaluation_of_version(self.container.runs, resolved)
        return evaluation_of_run(self.container.runs, self.container.record.run(run_id), resolved)

    def answered_tasks(self, tag: str) -> list[AnsweredTask]:
        """The tasks that a version was run on, with what came of them, by id."""
        return answered_tasks(self.container.runs, self.container.prompts.readable(tag, self.container.studio))

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
        """What the server may spend, for people. Raises SettingsError when that can't be kept."""
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
