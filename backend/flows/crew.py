"""Crew: a run shared by any number of workers. It is planned, asked about in chunks, and ended, by whoever is free.

What is done and by whom stands in the record; the queue only calls. So a worker may be killed at any moment, and the
queue may lose everything: who looks after the crew lays the job down, and calls again.

A batch run is one job, its first: the provider does the work.
"""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from backend.core.jobs import END, MOST_DEATHS, PLAN, Job, cut
from backend.core.outcomes import Failure
from backend.core.runs import Run
from backend.core.subsets import read_subset
from backend.edges.job_store import JobStore
from backend.edges.process import is_gone, this_process
from backend.edges.ticker import Ticker
from backend.errors import PromptsError, QueueError
from backend.flows.baseline import task_ids
from backend.flows.budget import OverBudget
from backend.flows.ending import Canceled, Interrupted, check_answered, noted_end
from backend.flows.progress import Silent, to_log
from backend.flows.prompts import Bound
from backend.flows.pulse import Pulse
from backend.flows.runs import PATIENCE_S, Runs
from backend.flows.stint import Stint
from backend.flows.stop import Stop, Stopped
from backend.logs import about

log = logging.getLogger(__name__)
LOOK_EVERY_S = 5.0
AHEAD = 10
"""So many chunks are planned for each one that the planner itself asks about: enough for as many other workers."""
CRASHED = Failure("crashed", f"Its chunk ended {MOST_DEATHS} workers; `ls-prompts retry` asks again.")


class Line(Protocol):
    """The queue, as far as it matters here."""

    def put(self, run_id: str, number: int) -> None: ...

    def waiting(self) -> set[tuple[str, int]]: ...


@dataclass(frozen=True, slots=True)
class Crew:
    runs: Runs
    jobs: JobStore
    line: Line

    @property
    def stop(self) -> Stop:
        """What a signal requests: nothing more is taken in hand."""
        return self.runs.labelling.stop

    def give(self, run_id: str) -> None:
        """Calls for workers. Raises QueueError when the queue is not there."""
        self.jobs.open(run_id)
        self.line.put(run_id, PLAN)

    def step(self, run_id: str, number: int) -> None:
        """Does one job, unless it is done or another worker has it. Trouble that ends the run is noted in its record.

        Raises the PromptsError that ended it, Interrupted when this process was told to end: what it had in hand is
        given back, and others are called.
        """
        me = this_process()
        self.runs.store.patience_s = PATIENCE_S
        job = self.jobs.claim(run_id, number, me)
        if job is None:
            return
        try:
            with about(run=run_id), self._in_hand(run_id, me) as pulse:
                self._do(self.runs.record.run(run_id), job, pulse)
        except Canceled:
            log.info("run %s: %s", run_id, "canceled")
        except Interrupted:
            self._call_all()
            raise

    @contextmanager
    def _in_hand(self, run_id: str, me: str) -> Iterator[Pulse]:
        """Gives back what is not done at the end, whatever ended the work."""
        try:
            with noted_end(self.runs.record, run_id, shared=True), Pulse(lambda _: self.jobs.beat(run_id, me)) as pulse:
                yield pulse
        finally:
            self.jobs.give_back(run_id, me)

    def _do(self, run: Run, job: Job, pulse: Pulse) -> None:
        bound = self.runs.prompts.bound(run.tag, self.runs.studio)
        if run.batch:
            self.runs.carry_out(run, bound, Silent(), pulse)
            self.jobs.close(run.id)
            return
        if job.number == END:
            self._end(run, bound, pulse)
            return
        if job.number == PLAN and job.deaths:
            list(self._plan(run, bound))
            if self.stop.requested:
                raise Stopped
        else:
            self._ask(run, bound, job, pulse)
        if self.jobs.is_asked(run.id) and self.jobs.add(run.id, END, "end"):
            self._call(run.id, END)

    def _plan(self, run: Run, bound: Bound) -> Iterator[int]:
        """Cuts the run into chunks and tells the number of each; after a kill, what is not planned yet."""
        last, known = self.jobs.planned(run.id)
        pages = task_ids(self.runs.studio, bound, read_subset(run.subset))
        for number, chunk in enumerate(cut(pages, known), last + 1):
            self.jobs.add(run.id, number, "ask", chunk)
            self._call(run.id, number)
            if self.stop.requested:
                return  # the next one goes on planning
            yield number
        self.runs.record.size(run.id, len(known))
        self.jobs.done(run.id, [PLAN])

    def _call(self, run_id: str, number: int) -> None:
        """For a worker. Should the queue be away, those who look after the crew will call."""
        try:
            self.line.put(run_id, number)
        except QueueError as error:
            log.warning("%s", error)

    def _planning(self, run: Run, bound: Bound) -> Iterator[Job]:
        """What the planner asks about meanwhile: in a large project planning takes as long as a minute. One that ended
        a worker only plans, so that a chunk which ends workers never keeps a run from being planned."""
        for number in self._plan(run, bound):
            if number % AHEAD == 0 and (job := self._next_chunk(run.id)):
                yield job
        yield from self._chunks(run.id)

    def _chunks(self, run_id: str, first: Job | None = None) -> Iterator[Job]:
        """One after the other. A chunk that ended a worker before is the only one: others shall not suffer from it."""
        job = first or self._next_chunk(run_id)
        while job is not None:
            yield job
            job = None if job.deaths else self._next_chunk(run_id)

    def _next_chunk(self, run_id: str) -> Job | None:
        return None if self.stop.requested else self.jobs.next_chunk(run_id, this_process())

    def _ask(self, run: Run, bound: Bound, job: Job, pulse: Pulse) -> None:
        chunks = self._planning(run, bound) if job.number == PLAN else self._chunks(run.id, job)
        stint = Stint(self, run.id, bound.project.id, chunks)
        alone = not self._is_shared(run)
        try:
            asyncio.run(self.runs.labelling.label(run, bound, stint.pages(), stint.seen, pulse))
        except OverBudget:
            if alone and not self._is_shared(run):
                raise
            self._stand_back(run, job)
        else:
            stint.finish()

    def _is_shared(self, run: Run) -> bool:
        return self.jobs.is_shared(run.id, this_process())

    def _stand_back(self, run: Run, job: Job) -> None:
        """Lays a chunk down: another worker has money set aside, of which it may leave some. The caretaker calls again
        in a while; where several stand back at once, the last one tries again right away, alone."""
        self.jobs.give_back(run.id, this_process())
        if not self._is_shared(run):
            self._call(run.id, job.number)

    def _end(self, run: Run, bound: Bound, pulse: Pulse) -> None:
        """A killed push is done again: it changes what is not there yet."""
        check_answered(self.runs.record, run)
        self.runs.tell_unsure(run, bound, to_log)
        if run.push:
            self.runs.push_run(run, bound, to_log)
        if pulse.canceled or not self.runs.record.complete(run.id):
            raise Canceled(run.id)
        self.jobs.close(run.id)

    def caretaker(self) -> Ticker:
        """Looks after the crew every few seconds, while it is entered."""
        return Ticker("caretaker", LOOK_EVERY_S, self._look)

    def _look(self) -> None:
        try:
            self.look_after()
        except PromptsError as error:
            log.warning("%s", error)

    def look_after(self) -> None:
        """One round: what lost its worker is called for again, what ended too many is set aside.

        Raises QueueError or StoreError.
        """
        for job in self.jobs.revive(is_gone):
            log.warning("run %s, job %d: its worker is gone", job.run_id, job.number)
            if job.deaths >= MOST_DEATHS:
                self._set_aside(job)
        self._call_all()

    def _call_all(self) -> None:
        """Calls for the jobs that nobody has, unless the queue does so already; the end of a run may be among them
        whose last worker came to its own end."""
        for run_id in self.jobs.asked():
            self.jobs.add(run_id, END, "end")
        called = self.line.waiting()
        for run_id, number in self.jobs.waiting():
            if (run_id, number) not in called:
                self.line.put(run_id, number)

    def _set_aside(self, job: Job) -> None:
        if job.kind != "ask":
            self.runs.record.finish(job.run_id, "failed", f"It ended {MOST_DEATHS} workers (job: {job.kind}).")
            return
        self.runs.record.asks.set_aside(job.run_id, job.ids, CRASHED)
        self.jobs.done(job.run_id, [job.number])
