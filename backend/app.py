"""What there is to do: one method for each, which hands over to a flow. The doors call nothing else.

Everything the commands do is here, for scripts:

    from backend.app import App
    print(App().evaluate("sentiment@1").score.accuracy)
"""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from backend.core.addresses import shown
from backend.core.estimates import Estimate
from backend.core.outcomes import Outcome
from backend.core.prompts import PromptVersion
from backend.core.relabel import Renames
from backend.core.report import Report
from backend.core.runs import FINAL, Run
from backend.core.subsets import Subset
from backend.edges.backend import describe as describe_server
from backend.edges.calibration_store import Calibrated
from backend.edges.queue import Queue
from backend.flows.annotate import Chosen, choose
from backend.flows.audit import Audit, audit_project
from backend.flows.calibrate import Calibrating, calibrate_version
from backend.flows.compare import Compared, compare_versions
from backend.flows.configs import Relabelled, Renaming, project_meant
from backend.flows.doctor import Check, examine
from backend.flows.draft import Drafted
from backend.flows.estimate import Estimator
from backend.flows.export import export
from backend.flows.leftovers import Leftovers
from backend.flows.place import Tell
from backend.flows.progress import Progress, Silent, to_log
from backend.flows.projects import Predictions
from backend.flows.promise import Promise, least_confidence, promise
from backend.flows.prompts import Draft, Saved
from backend.flows.push import Pushed
from backend.flows.report import report
from backend.flows.results import Result, results
from backend.flows.runs import Ending, Finished
from backend.flows.search import Enhanced, Wish
from backend.flows.serve import Preannotator, Serving
from backend.flows.status import Status, status_of
from backend.flows.trial import Trial, try_task
from backend.parts import Parts

if TYPE_CHECKING:
    from backend.edges.metrics import Exposition


class App(Parts):
    """Errors are `backend.errors.PromptsError`s."""

    # Prompt versions

    def save(self, draft: Draft) -> Saved:
        return self._prompts.save(draft, self.studio)

    def draft(self, name: str, project: int | None = None, teacher: str | None = None) -> Drafted:
        """A prompt to begin with, made from the labelling config, or from that by a teacher who sees some tasks;
        `project` is needed for a new name."""
        return self._drafter.draft(name, project, teacher)

    def version(self, tag: str) -> PromptVersion:
        return self._prompts.get(tag)

    def versions(self, name: str | None = None) -> list[PromptVersion]:
        return self._prompts.of(name) if name else self.store.versions()

    def rename(self, old: str, new: str) -> None:
        self._prompts.rename(old, new)

    def delete(self, name: str) -> None:
        self._prompts.delete(name)

    def dump(self, folder: Path, name: str | None = None) -> list[Path]:
        return self._prompts.dump(folder, name)

    def load(self, path: Path, project: int | None = None) -> Saved:
        return self._prompts.load(path, project, self.studio)

    def relabel(self, wish: Renaming, project: int | None = None) -> Relabelled:
        """Reads what annotations and stored answers call `wish.old` as `wish.label` from now on."""
        versions = self.store.versions()
        return self._prompts.configs.relabel(self.studio, project_meant(versions, project), versions, wish)

    def unrelabel(self, wish: Renaming, project: int | None = None) -> None:
        self._prompts.configs.unrelabel(project_meant(self.store.versions(), project), wish)

    def relabelled(self, project: int | None = None) -> Renames:
        """Control -> former label -> the label it is read as."""
        return self._prompts.configs.renames(project_meant(self.store.versions(), project))

    # Runs

    def try_task(self, tag: str, task: int) -> Trial:
        return try_task(self._runs, self._prompts.bound(tag, self.studio), task)

    def evaluate(
        self, tag: str, truth: str = "ground-truth", ending: Ending | None = None, progress: Progress | None = None
    ) -> Finished:
        return self.run(tag, Subset("ground-truth", truth=truth), ending, progress)

    def compare(self, tags: Sequence[str], subset: Subset | None = None) -> Compared:
        """Versions on the same ground truths (all, unless `subset` says which), from what is stored."""
        bounds = [self._prompts.readable(tag, self.studio) for tag in tags]
        return compare_versions(self._runs, bounds, subset or Subset("ground-truth"))

    def estimate(self, tag: str, subset: Subset, probe: int = 0) -> Estimate:
        """What a run would take; `probe` requests are sent for it, and their answers kept."""
        return Estimator(self._runs, self._prompts.bound(tag, self.studio)).estimate(subset, probe)

    def run(self, tag: str, subset: Subset, ending: Ending | None = None, progress: Progress | None = None) -> Finished:
        started = self._runs.start(tag, subset, ending or Ending())
        return self._runs.work(started.id, progress or Silent())

    def work(self, run_id: str, progress: Progress | None = None) -> Finished:
        """Works on a pending run, or on one whose process is gone."""
        return self._runs.work(run_id, progress or Silent())

    def run_in_background(self, tag: str, subset: Subset, ending: Ending | None = None) -> Run:
        """Returns at once; a worker (with REDIS_URL) or a process of its own does the work."""
        started = self._runs.start(tag, subset, ending or Ending())
        return self._runs.give(started.id, self._hands)

    def resume(self, run_id: str, budget: float | None = None) -> Run:
        """Goes on with a run in the background, with another budget in USD if one is given. Raises RunError while a
        process works on it, or when it stopped at a budget and gets no larger one."""
        return self._runs.reopen(run_id, self._hands, budget)

    def retry(self, run_id: str, rejected: bool = False) -> Run:
        """Asks again, in the background, about the tasks a run had no answer for; with `rejected` also about those
        whose answer can't be used."""
        return self._runs.give(self._runs.retry(run_id, rejected).id, self._hands)

    def cancel(self, run_id: str) -> bool:
        """Stops a run within seconds and keeps what came; False when it had ended already."""
        stopped = self.record.cancel(self.record.run(run_id).id)
        return self._batches.cancel(run_id) or stopped

    def work_on_queue(self, burst: bool = False) -> None:
        """Works on runs that wait in Redis, and takes up those whose worker was killed. Raises SettingsError without
        REDIS_URL, QueueError when Redis is not there."""
        crew = self._crew
        crew.look_after()
        if self.settings.metrics_port is not None:
            self.exposition().serve(self.settings.metrics_host, self.settings.metrics_port)
        with crew.caretaker():
            self._queue().work(burst, self.stop.request)

    def step(self, run_id: str, number: int) -> None:
        """Does one step of a run that workers share."""
        self._crew.step(run_id, number)

    def runs(self, which: str | None = None) -> list[Status]:
        """Of a version (NAME@N), of all versions of a prompt (NAME) or all there are; newest first."""
        tags = self._prompts.tags(which) if which else None
        found = [run for run in self.record.runs() if tags is None or run.tag in tags]
        return [status_of(self.record, run, self.pricing) for run in found]

    def watch(self, run_id: str) -> Status:
        """How far a run has come."""
        return status_of(self.record, self.record.run(run_id), self.pricing)

    def enhance(self, tag: str, wish: Wish, progress: Progress | None = None) -> Enhanced:
        """A better prompt than a version's, if the search finds one; see `flows.enhance`."""
        return self._enhancer.enhance(self._prompts.bound(tag, self.studio), wish, progress or Silent())

    def outcomes(self, run_id: str) -> Iterator[Outcome]:
        """What became of the tasks of a run, by task id."""
        run = self.record.run(run_id)
        pages = self._runs.ended(run, self._prompts.readable(run.tag, self.studio))
        return (outcome for page in pages for outcome in page)

    def results(self, tag: str, kinds: Sequence[str] = (), truth: str = "ground-truth") -> list[Result]:
        return results(self._runs, self._prompts.readable(tag, self.studio), kinds, truth)

    def calibrate(self, tag: str, subset: Subset | None = None) -> Calibrating:
        """Measures a version's confidence on its ground truths, and saves a calibrator with it when that helps."""
        return calibrate_version(self._runs, self._prompts.readable(tag, self.studio), subset or Subset("ground-truth"))

    def uncalibrate(self, tag: str) -> bool:
        """Confidences are pushed as they are again; False when they were."""
        return self._prompts.calibrated.remove(self._prompts.get(tag))

    def promise(self, tag: str, accuracy: float, subset: Subset | None = None) -> Promise:
        """The smallest confidence from which on answers are right so often, with 95 % confidence."""
        bound = self._prompts.readable(tag, self.studio)
        return promise(self._runs, bound, accuracy, subset or Subset("ground-truth"))

    def calibrated(self, tag: str) -> Calibrated | None:
        """The calibration that is saved with a version, None when its confidences are pushed as they are."""
        return self._prompts.calibrated.of(self._prompts.get(tag))

    def push(self, tag: str, keep: bool = False, tell: Tell = to_log) -> Pushed:
        return self._runs.push_again(self._prompts.pushable(tag, self.studio), keep, tell)

    # Projects

    def connect(self, project: int, url: str, tell: Tell = to_log) -> None:
        self._projects.connect(project, url, self._login, tell)

    def disconnect(self, project: int, url: str | None = None) -> int:
        return self._projects.disconnect(project, url)

    def use(self, tag: str, tell: Tell = to_log) -> None:
        self._projects.use(self._prompts.bound(tag, self.studio).version, tell)

    def predictions(self, project: int) -> Predictions:
        return self._projects.predictions(project)

    def predicted(self, tag: str) -> dict[str, int]:
        """How many predictions a version has in Label Studio, by model_version."""
        return self._projects.predicted(self._prompts.get(tag))

    def withdraw(self, tag: str, tell: Tell = to_log) -> int:
        return self._projects.withdraw(self._prompts.get(tag), tell)

    def annotate(self, tag: str, tasks: Sequence[int] | None = None) -> int:
        """Makes annotations of all predictions of a version, or of those on `tasks`; how many."""
        return self._projects.annotate(self._prompts.bound(tag, self.studio).version, tasks)

    def sure(self, tag: str, least: float | None = None, accuracy: float = 1.0, tell: Tell = to_log) -> Chosen:
        """The tasks whose prediction is at least so confident; without `least` as `accuracy` takes, see `promise`."""
        bound = self._prompts.bound(tag, self.studio)
        if least is None:
            least = least_confidence(self._runs, bound, accuracy)
        return choose(self._runs, bound, least, tell)

    def doctor(self, backend_url: str | None = None) -> list[Check]:
        """`backend_url`: where Label Studio is to reach the server; by default where it listens on this machine."""
        url = backend_url or self.settings.local_url()
        return examine(
            {
                "Label Studio": lambda: f"{shown(self.settings.label_studio_url)}, {self.studio.describe()}",
                **({"Backend": lambda: self.studio.check_address(url)} if url else {}),
                "Model": lambda: asyncio.run(self._describe_model()),
                **({"Queue": lambda: self._queue().describe()} if self.settings.redis_url else {}),
                "Record": lambda: self.store.describe(),
                "Server": lambda: self._describe_server(url),
            }
        )

    def _describe_server(self, url: str | None) -> str:
        listens = self.settings.describe_server()
        return f"{listens}; {describe_server(url, self._login.user, self._login.password)}" if url else listens

    async def _describe_model(self) -> str:
        model = self._model()
        try:
            return await model.describe(self.settings.openai_model)
        finally:
            await model.close()

    def exposition(self) -> "Exposition":
        """What Prometheus reads about this process."""
        from backend.edges.metrics import QUEUE_S, Exposition

        return Exposition(Queue(self.settings.redis_url, QUEUE_S).depth if self.settings.redis_url else None)

    # Doubts and reports

    def audit(self, project: int, subset: Subset | None = None) -> Audit:
        """Which ground truths may be wrong, of all or those of `subset`."""
        return audit_project(self._runs, project, subset or Subset("ground-truth"))

    def export(self, tag: str, kind: str, path: Path | None, truth: str = "ground-truth") -> int:
        """Writes what became of every task of a version as csv, jsonl or parquet, to a file or to standard output;
        how many rows."""
        return export(self._runs, self._prompts.readable(tag, self.studio), kind, path, truth)

    def report(self, tag: str, against: str | None = None, subset: Subset | None = None) -> Report:
        """All that is known about a version on the ground truths, all or those of `subset`; `against`: a version
        to compare it with."""
        other = self._prompts.readable(against, self.studio) if against else None
        return report(self._runs, self._prompts.readable(tag, self.studio), other, subset or Subset("ground-truth"))

    # The server

    def preannotator(self) -> Preannotator:
        """For the server: failed requests are not repeated for a while."""
        import backend.edges.llm  # noqa: F401  (now, rather than while the first annotator waits)

        settings = self.settings
        url, deadline_s = settings.openai_base_url, settings.predict_deadline_s
        serving = Serving(settings.openai_model, url, deadline_s, self._embed)
        return Preannotator(
            self.store,
            lambda: self._asker(failure_ttl_s=self.settings.failure_ttl_s),
            self.pricing,
            serving,
            self._leftovers(),
        )

    def _leftovers(self) -> Leftovers | None:
        if self.settings.label_studio_api_key is None:
            return None
        ending = Ending(keep=True)
        return Leftovers(
            lambda tag, ids: self.run_in_background(tag, Subset("rest", ids=ids), ending),
            lambda run_id: self.watch(run_id).run.status in FINAL,
        )
