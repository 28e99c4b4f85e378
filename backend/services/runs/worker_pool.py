"""WorkerPool: a run shared by any number of workers. Whoever is free plans it, asks its chunks, and ends it.

The database says what is done and by whom. The queue only tells workers that there is work. So a worker may be killed
at any moment, and the queue may lose everything: the caretaker releases the chunk, and calls again.

A batch run is one chunk, its first, because the provider does the work.
"""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Protocol

from backend.adapters.database.runs.chunks import ChunkStore
from backend.adapters.periodic_thread import PeriodicThread
from backend.adapters.processes import is_running, this_process
from backend.adapters.redis.connection import process_outage
from backend.domain.outcome import Failure
from backend.domain.runs.chunk import END, MOST_DEATHS, NOBODY, PLAN, Chunk, cut
from backend.domain.runs.run import Run
from backend.engine.budgets.budget_rules import OverBudget
from backend.engine.shutdown import Shutdown, Stopped
from backend.errors import PromptsError, QueueError
from backend.logs import about, to_log
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.dataset.task_selection import task_ids
from backend.services.run_control.heartbeat import Heartbeat
from backend.services.run_control.ownership import subset_of
from backend.services.run_control.progress import Silent
from backend.services.run_control.termination import Canceled, Interrupted, noted_end
from backend.services.runs.chunk_session import ChunkSession
from backend.services.runs.run_worker import RunWorker
from backend.services.runs.task_labeler import RunListener

log = logging.getLogger(__name__)
LOOK_EVERY_S = 5.0
AHEAD = 10
"""So many chunks are planned for each one that the planner itself asks about: enough for as many other workers."""
CRASHED = Failure("crashed", f"Its chunk ended {MOST_DEATHS} workers.")


class ChunkQueue(Protocol):
    """The queue, as far as it matters here."""

    def put(self, run_id: str, number: int) -> None: ...

    def waiting(self) -> set[tuple[str, int]]: ...


@dataclass(frozen=True, slots=True)
class QueuedWorkers:
    """A BackgroundWorkers: the worker pool, for those who are not in it."""

    jobs: ChunkStore
    line: ChunkQueue

    def give(self, run_id: str) -> None:
        """Calls for workers. Raises QueueError when the queue is not there."""
        self.jobs.open(run_id)
        self.line.put(run_id, PLAN)


@dataclass(frozen=True, slots=True)
class WorkerPool:
    worker: RunWorker
    jobs: ChunkStore
    line: ChunkQueue

    @property
    def stop(self) -> Shutdown:
        """What a signal requests: no further chunk is taken."""
        return self.worker.asking.labeler.stop

    def attempt(self, run_id: str, number: int) -> None:
        """Works on one chunk. An error that stops it is stored with the run; the worker continues with the next."""
        with about(run=run_id):
            try:
                self.step(run_id, number)
            except Interrupted as stopped:
                log.info("%s", stopped)
            except PromptsError as error:
                log.error("run %s: %s", run_id, error)

    def step(self, run_id: str, number: int) -> None:
        """Works on one chunk, unless it is done or another worker owns it. An error that ends the run is stored with
        it.

        Raises the PromptsError that ended it; Interrupted if this process was told to end: then its chunk is released,
        and others are called.
        """
        me = this_process()
        job = self.jobs.claim(run_id, number, me)
        if job is None:
            return
        session = ChunkSession(self.jobs, job, me, self.stop)
        try:
            with about(run=run_id), self._owned(session) as heartbeat:
                self._do(self.worker.run_store.run(run_id), session, heartbeat)
        except Canceled as ended:
            log.info("%s", ended)
        except Interrupted:
            with suppress(QueueError):  # those who look after the pool will call
                self._call_all()
            raise

    @contextmanager
    def _owned(self, session: ChunkSession) -> Iterator[Heartbeat]:
        """Releases what is not done at the end, whatever ended the work."""
        try:
            with (
                noted_end(self.worker.run_store, session.first.run_id, shared=True),
                Heartbeat(session.beat) as heartbeat,
            ):
                yield heartbeat
        finally:
            session.release()

    def _do(self, run: Run, session: ChunkSession, heartbeat: Heartbeat) -> None:
        resolved = self.worker.resolver.resolved(run.tag)
        if run.batch:
            self.worker.carry_out(run, resolved, Silent(), heartbeat)
            self.jobs.close(run.id)
            return
        job = session.first
        if job.number == END:
            self._end(run, resolved, heartbeat)
            return
        if job.number == PLAN and job.deaths:
            list(self._plan(run, resolved, session))
            if self.stop.requested:
                raise Stopped
        else:
            self._ask(run, resolved, session, heartbeat)
        if self.jobs.is_asked(run.id) and self.jobs.add(run.id, END, "end"):
            self._call(run.id, END)

    def _plan(self, run: Run, resolved: ResolvedVersion, session: ChunkSession) -> Iterator[int]:
        """Cuts the run into chunks and tells the number of each; after a kill, what is not planned yet."""
        last, planned = self.jobs.planned(run.id)
        pages = task_ids(self.worker.asking.studio, resolved, subset_of(run))
        for number, chunk in enumerate(cut(pages, planned), last + 1):
            if session.is_over:
                return  # the next one goes on planning
            self.jobs.add(run.id, number, "ask", chunk)
            self._call(run.id, number)
            yield number
        self.worker.run_store.size(run.id, len(planned))
        session.done([PLAN])

    def _call(self, run_id: str, number: int) -> None:
        """For a worker. Should the queue be away, those who look after the pool will call."""
        try:
            self.line.put(run_id, number)
        except QueueError as error:
            process_outage().noticed(error)

    def _planning(self, run: Run, resolved: ResolvedVersion, session: ChunkSession) -> Iterator[Chunk]:
        """What the planner asks meanwhile, because planning a large project takes up to a minute.

        A planner that ended a worker before only plans, so that a chunk which ends workers cannot stop the planning.
        """
        for number in self._plan(run, resolved, session):
            if number % AHEAD == 0 and (job := session.next_chunk()):
                yield job
        yield from session.chunks()

    def _ask(self, run: Run, resolved: ResolvedVersion, session: ChunkSession, heartbeat: Heartbeat) -> None:
        planner = session.first.number == PLAN
        chunks = self._planning(run, resolved, session) if planner else session.chunks()
        project, studio = resolved.project.id, self.worker.asking.studio
        pages = session.pages(chunks, lambda ids: studio.tasks_by_id(project, ids))
        alone = not session.is_shared()
        try:
            listener = RunListener(session.on_outcomes)
            asyncio.run(self.worker.asking.labeler.label(run, resolved, pages, listener, heartbeat))
        except OverBudget:
            if alone and not session.is_shared():
                raise
            self._stand_back(session)
        else:
            session.finish()

    def _stand_back(self, session: ChunkSession) -> None:
        """Releases a chunk, because another worker has reserved money of which some may be left.

        The caretaker calls again later; if several workers stand back at once, the last one tries again at once, alone.
        """
        session.release()
        if not session.is_shared():
            self._call(session.first.run_id, session.first.number)

    def _end(self, run: Run, resolved: ResolvedVersion, heartbeat: Heartbeat) -> None:
        self.worker.conclude(run, resolved, to_log, heartbeat)
        self.jobs.close(run.id)

    def caretaker(self) -> PeriodicThread:
        """Looks after the pool every few seconds, while it is entered."""
        return PeriodicThread("caretaker", LOOK_EVERY_S, self._look)

    def _look(self) -> None:
        try:
            self.look_after()
        except QueueError as error:
            process_outage().noticed(error)
        except PromptsError as error:
            log.warning("%s", error)

    def look_after(self) -> None:
        """One round: calls again for chunks that lost their worker, and gives up those that ended too many.

        Raises QueueError or StoreError.
        """
        for job in self.jobs.revive(is_running):
            log.warning("run %s, job %d: its worker is gone", job.run_id, job.number)
            if job.deaths >= MOST_DEATHS:
                self._quarantine(job)
        self._call_all()

    def _call_all(self) -> None:
        """Calls for the chunks that nobody owns, unless the queue does so already.

        The last step of a run whose last worker ended may be among them.
        """
        for run_id in self.jobs.finished_run_ids():
            self.jobs.add(run_id, END, "end")
        called = self.line.waiting()
        for run_id, number in self.jobs.waiting():
            if (run_id, number) not in called:
                self.line.put(run_id, number)

    def _quarantine(self, job: Chunk) -> None:
        if job.kind != "ask":
            self.worker.run_store.finish(job.run_id, "failed", f"It ended {MOST_DEATHS} workers (job: {job.kind}).")
            return
        self.worker.run_store.run_tasks.quarantine(job.run_id, job.ids, CRASHED)
        self.jobs.done(job.run_id, [job.number], NOBODY)
