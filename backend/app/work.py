"""Work on runs: here, in the background, and on those that wait in the queue.

A process that only works on runs has nothing else in memory, and starts sooner.
"""

from collections.abc import Iterable
from typing import IO

from backend.adapters.database.calibrations import StoredCalibration
from backend.app.status import StatusOperations
from backend.container.runs import RunParts
from backend.domain.dataset.subset import Subset
from backend.domain.runs.part import Part
from backend.domain.runs.run import Run
from backend.errors import ProviderError, SettingsError
from backend.logs import to_log
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.predictions.forecast import changes
from backend.services.predictions.target_project import Notify
from backend.services.run_control.progress import Progress, Silent
from backend.services.runs.options import RunOptions, RunResult


class WorkOperations(StatusOperations):
    """Errors are `backend.errors.PromptsError`s."""

    container: RunParts

    def __init__(self, container: RunParts | None = None) -> None:
        """`container`: what it works with; by default made from the environment's settings."""
        super().__init__(container or RunParts())

    def connection_of(self, tag: str) -> str:
        """The name of the connection through which a version is asked."""
        return self.container.prompts.get(tag).connection

    def calibrated(self, tag: str) -> StoredCalibration | None:
        """The calibration that is saved with a version; None if raw confidences are pushed."""
        saved = self.container.calibrations.of(self.container.prompts.get(tag))
        return None if saved is None or saved.older else saved

    def run(
        self, tag: str, subset: Subset, options: RunOptions | None = None, progress: Progress | None = None
    ) -> RunResult:
        progress = progress or Silent()
        resolved = self.container.resolver.resolved(tag)
        started = self._start(resolved, subset, options or RunOptions(), progress.notify)
        try:
            return self.container.run_worker.work(started.id, progress, resolved)
        except (ProviderError, SettingsError):
            if waiting := self.watch(started.id).waiting:
                progress.advise(waiting)
            raise

    def _start(self, resolved: ResolvedVersion, subset: Subset, options: RunOptions, notify: Notify) -> Run:
        if options.push:
            for sentence in changes(self.container.studio, self.container.store, resolved.version, options.keep):
                notify(sentence)
        return self.container.lifecycle.start(resolved, subset, options)

    def divide_runs(self, processes: int, background: bool = False) -> None:
        """From now on, runs that are worked on here, or in a process that is started for them, are divided among so
        many processes of this machine. Raises SettingsError for runs in the background that workers carry out."""
        self.container.divide_runs(processes, background)

    def work_on_part(self, run_id: str, part: str, lines: Iterable[bytes], out: IO[bytes]) -> None:
        """See `services.runs.part_worker`. `part`: its number and how many there are, like `1/2`."""
        self.container.part = Part.read(part)
        self.container.part_worker.work(run_id, lines, out)

    def work(self, run_id: str, progress: Progress | None = None) -> RunResult:
        """Works on a pending run, or on one whose process is lost."""
        return self.container.run_worker.work(run_id, progress or Silent())

    def run_in_background(
        self, tag: str, subset: Subset, options: RunOptions | None = None, notify: Notify = to_log
    ) -> Run:
        """Returns at once; a worker (with REDIS_URL) or a process of its own does the work."""
        resolved = self.container.resolver.resolved(tag)
        return self._give(self._start(resolved, subset, options or RunOptions(), notify))

    def _give(self, run: Run) -> Run:
        return self.container.lifecycle.give(run.id, self.container.background_workers)

    def resume(self, run_id: str, budget: float | None = None) -> Run:
        """Continues a run in the background. Raises RunError while a process works on it, or without a larger budget.

        budget: a new budget in USD; needed for a run that stopped at its budget
        """
        return self.container.lifecycle.reopen(run_id, self.container.background_workers, budget)

    def retry(self, run_id: str, rejected: bool = False) -> Run:
        """Asks again, in the background, about the tasks for which a run had no answer.

        rejected: whether to ask also about those whose answer cannot be used
        """
        return self._give(self.container.lifecycle.retry(run_id, rejected, self.container.outcomes))

    def cancel(self, run_id: str) -> bool:
        """Stops a run within seconds; stored answers are kept. False if it had ended already."""
        run = self.container.run_store.run(run_id)
        stopped = self.container.run_store.cancel(run_id)
        return (run.batch and self.container.batches(self.connection_of(run.tag)).cancel(run_id)) or stopped

    def work_on_queue(self, burst: bool = False) -> bool:
        """Works on runs that wait in Redis, and on those whose worker was killed. Returns whether a signal ended it.

        Raises SettingsError without REDIS_URL, QueueError if Redis does not answer.
        """
        from backend.adapters.allocator import release_large_blocks

        release_large_blocks()
        worker_pool = self.container.worker_pool
        worker_pool.look_after()
        settings = self.container.settings
        if settings.metrics_port is not None:
            self.container.exposition().serve(settings.metrics_host, settings.metrics_port)
        with worker_pool.caretaker():
            self.container.queue().work(burst, worker_pool.attempt, self.container.stop.request)
        return self.container.stop.requested
