"""A run with the provider's batch endpoint: half the price, within a day.

It can be interrupted and resumed at any time. The answers of a batch are stored like any answer; malformed ones go into
a following batch; what fails in a batch is a Failure of this run, and a later run asks it again.
"""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from backend.adapters.database.runs.run_tasks import RunTask
from backend.advice import Advice
from backend.domain.chat.model import BatchModel
from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.chat.request_builder import RequestBuilder
from backend.domain.outcome import Failure, Outcome
from backend.domain.resolution.pricing import Pricing
from backend.domain.resolution.resolve import failed, resolve
from backend.domain.runs.run import Run
from backend.domain.task import Task
from backend.engine.observer import Observer, Unobserved
from backend.engine.request_executor import RequestExecutor
from backend.engine.shutdown import Shutdown, Stopped
from backend.engine.stored_model import StoredModel, Write
from backend.errors import ProviderAwayError, RunError
from backend.logs import to_log
from backend.services.run_control.heartbeat import Heartbeat
from backend.services.run_control.progress import Progress
from backend.services.run_control.termination import Canceled, LeftBatch
from backend.services.runs.batch.poller import BatchPoller, Provider, Reply
from backend.services.runs.batch.request_files import BatchFileWriter, BatchStores

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 60.0
PATIENCE_S = 1800.0
"""A provider that is away for longer ends the run, which can be resumed."""
NOT_ASKED = Failure("server", "It came too late for the batch; run it again.")


@dataclass(frozen=True, slots=True)
class BatchRun:
    """`pages`: reads the run's tasks, as often as it is called."""

    run: Run
    builder: RequestBuilder
    pages: Callable[[], Iterable[list[Task]]]
    progress: Progress
    heartbeat: Heartbeat


@dataclass(slots=True)
class Probe:
    """The request that is sent by itself before the others go into a batch. `sent` receives what it took, by task."""

    model: BatchModel
    write: Write
    sent: dict[int, int]

    def ask(self, task_id: int, request: ChatRequest, stored: Sequence[Completion]) -> Sequence[Completion]:
        async def attempts() -> Sequence[Completion]:
            executor = RequestExecutor(StoredModel(self.model, self.write), 1)
            try:
                result = await executor.ask(request, stored)
            finally:
                await executor.close()
            self.sent[task_id] = result.sent
            return result.attempts

        return asyncio.run(attempts())

    def body(self, request: ChatRequest) -> bytes:
        return self.model.body(request)


@dataclass(frozen=True, slots=True)
class Batches:
    stores: BatchStores
    make_provider: Callable[[], Provider]
    make_model: Callable[[], BatchModel]
    base_url: str
    pricing: Pricing
    make_observer: Callable[[], Observer] = Unobserved
    stop: Shutdown = field(default_factory=Shutdown)

    def label(self, job: BatchRun) -> None:
        """Returns when it is noted of every task what became of it.

        Raises Canceled, LeftBatch when it is interrupted while a batch is under way, Stopped when this process is to
        end, ProviderError if the run cannot continue.
        """
        probed: dict[int, int] = {}
        writer = BatchFileWriter(self.stores, job.run.id, job.builder, lambda: self._probe(job.run.id, probed))
        poller = self.poller(job.progress.notify)
        poller.tidy_left(self.base_url)
        self._take_over(job.run, writer)
        try:
            while True:
                writer.write(self._until_stopped(job.pages()))
                if not self.stores.batches.of_run(job.run.id):
                    self._note(job, writer.mine, probed)
                    return
                if not self._wait(job, poller, writer):
                    raise Canceled(job.run.id)
        except KeyboardInterrupt:
            if any(batch.state in ("creating", "open") for batch in self.stores.batches.of_run(job.run.id)):
                raise LeftBatch(job.run.id) from None
            raise
        finally:
            for file in writer.files.values():
                file.close()

    def cancel(self, run_id: str) -> bool:
        """Cancels what a run has at the provider; False when that is nothing."""
        return self.is_under_way(run_id) and self.poller(to_log).cancel(run_id)

    def is_under_way(self, run_id: str) -> bool:
        """Whether the provider may have something of a run that is not collected."""
        return bool(self.stores.batches.of_run(run_id))

    def check(self, tag: str) -> None:
        """Collects what ended batches of a version brought. Raises RunError while one is under way: asking its requests
        beside it would pay for them twice."""
        for batch in self.stores.batches.of_version(tag, self.base_url):
            ended = batch.state == "open" and self.poller(to_log).step(batch)
            if not ended and batch.state in ("creating", "open"):
                sentence = f"A batch of run {batch.run_id} is under way at the provider."
                raise RunError(sentence, Advice.COLLECT_OR_CANCEL, run=batch.run_id)

    def _probe(self, run_id: str, sent: dict[int, int]) -> Probe:
        return Probe(self.make_model(), partial(self.stores.store.add_completions, run_id=run_id), sent)

    def poller(self, notify: Callable[[str], None]) -> BatchPoller:
        return BatchPoller(self.stores.batches, self.make_provider(), notify, self._brought)

    def _brought(self, model: str, replies: Iterable[Reply]) -> None:
        self.make_observer().brought(model, replies, self.pricing)

    def _until_stopped(self, pages: Iterable[list[Task]]) -> Iterator[list[Task]]:
        """What a page asks is not uploaded before all are written: then others write it anew."""
        for page in pages:
            if self.stop.requested:
                raise Stopped
            yield page

    def _take_over(self, run: Run, writer: BatchFileWriter) -> None:
        """Goes on with whatever earlier runs of this version left. What was canceled is to be asked again."""
        for batch in self.stores.batches.of_version(run.tag, self.base_url):
            self.stores.batches.adopt(batch, run.id)
            if not batch.canceled:
                writer.mine.add(batch.id)

    def _wait(self, job: BatchRun, poller: BatchPoller, writer: BatchFileWriter) -> bool:
        """Takes the run's batches to their ends; False when it is canceled before."""
        over = threading.Event()
        job.heartbeat.when_canceled(over.set)
        with self.stop.calling(over.set):
            return self._wait_until(over, job, poller, writer)

    def _wait_until(self, over: threading.Event, job: BatchRun, poller: BatchPoller, writer: BatchFileWriter) -> bool:
        pause, reached = FIRST_PAUSE_S, time.monotonic()
        while waiting := self.stores.batches.of_run(job.run.id):
            if self.stop.requested:
                raise Stopped
            if job.heartbeat.canceled or over.is_set():
                return False
            try:
                moved = poller.step_all(waiting, writer.files)
                reached = time.monotonic()
            except ProviderAwayError as error:
                if time.monotonic() - reached > PATIENCE_S:
                    raise
                job.progress.notify(str(error))
                moved = False
            if not moved:
                over.wait(pause)
                pause = min(LONGEST_PAUSE_S, pause * 1.5)
        return not job.heartbeat.canceled

    def _note(self, job: BatchRun, batch_ids: set[str], probed: dict[int, int]) -> None:
        """What the stored answers, and the lines of its batches, say of every task now."""
        for page in job.builder.cut(job.pages()):
            outcomes = self._page(job.builder, page, list(batch_ids), probed)
            self.stores.run_tasks.note(job.run.id, [RunTask.of(o) for o in outcomes if o.sent or o.answer is None])
            self.make_observer().settled(outcomes)
            job.progress.add(outcomes)

    def _page(
        self, builder: RequestBuilder, page: list[Task], batch_ids: list[str], probed: dict[int, int]
    ) -> list[Outcome]:
        planned = builder.requests(page)
        requests = [ask for _, ask in planned if isinstance(ask, ChatRequest)]
        digests = list({sample.digest for request in requests for sample in request.samples})
        stored = self.stores.store.completions(digests)
        lines = self.stores.batches.lines(digests, batch_ids)
        failures = {line.digest: line.failure for line in lines if line.failure}
        first = Counter((line.digest, line.task_id) for line in lines)
        outcomes = []
        for task_id, ask in planned:
            if isinstance(ask, Failure):
                outcomes.append(failed(task_id, ask))
                continue
            samples = [sample.digest for sample in ask.samples]
            sent = sum(first[digest, task_id] for digest in samples) + probed.get(task_id, 0)
            attempts = [stored.get(digest, []) for digest in samples]
            outcome = resolve(task_id, attempts, ask.template.spec, self.pricing, bool(ask.orders))
            why = next((failures[digest] for digest in samples if digest in failures), NOT_ASKED)
            missing = failed(task_id, why, ask.digest, sent)
            outcomes.append(replace(outcome, sent=sent, reused=sent == 0) if outcome else missing)
        return outcomes


BatchesOf = Callable[[str], Batches]
"""Name of a connection -> the batches there. Raises SettingsError if it is not there."""
