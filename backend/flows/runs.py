"""Runs: a prompt version over a subset of tasks. Evaluation and bulk prediction are the same with other endings.

Starting a run and working on it are two steps, so that the second may happen elsewhere, again, or after a crash:
working on a run asks for what is not stored yet, and nothing else.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Protocol

from backend.core.chat import ChatRequest, Recipe
from backend.core.derive import Pricing, derive, failed
from backend.core.labels.schema import LabelSchema
from backend.core.outcomes import Failure, Outcome, Truth
from backend.core.runs import Run
from backend.core.scoring import Score, score
from backend.core.subsets import Subset, read_subset
from backend.core.summary import Summary, summarise
from backend.core.tasks import Task
from backend.edges.process import is_gone, this_process
from backend.edges.run_store import Ask, RunStore
from backend.edges.store import Store
from backend.edges.studio import Studio
from backend.errors import PromptsError, RunError, where
from backend.flows.asker import Asker
from backend.flows.baseline import Baseline, baseline
from backend.flows.batch import Batches, Job, Left
from backend.flows.predict import Predictor
from backend.flows.progress import Progress
from backend.flows.prompts import Bound, Prompts
from backend.flows.pulse import Pulse
from backend.flows.push import Pushed, Tell, push, wanted_of

MakeAsker = Callable[[], Asker]
NOTES_EVERY_S = 1.0


class Hands(Protocol):
    """Who works on runs in the background."""

    def give(self, run_id: str) -> None:
        """Returns at once; somebody will call `App.work` with it."""


class Canceled(RunError):
    """Somebody canceled the run while it was worked on; its record says so already."""

    def __init__(self, run_id: str) -> None:
        super().__init__(f"Run {run_id} was canceled; what came is kept: `ls-prompts resume {run_id}` goes on.")


@dataclass(frozen=True, slots=True)
class Ending:
    """What to do with the predictions. `keep`: older versions of the prompt stay beside them; `batch`: they come by the
    provider's batch endpoint."""

    push: bool = True
    keep: bool = False
    batch: bool = False


@dataclass(frozen=True, slots=True)
class Finished:
    """`seconds`: first request sent to last completion stored; `score` and `truths` only where there are truths."""

    run: Run
    outcomes: list[Outcome]
    summary: Summary
    seconds: float
    truths: list[Truth]
    score: Score | None
    pushed: Pushed | None


@dataclass(frozen=True, slots=True)
class Runs:
    store: Store
    record: RunStore
    studio: Studio
    prompts: Prompts
    make_asker: MakeAsker
    base_url: str
    pricing: Pricing
    batches: Batches

    def start(self, tag: str, subset: Subset, ending: Ending) -> Run:
        """A pending run. Raises RunError while another run of this version is being worked on."""
        bound = self.prompts.bound(tag, self.studio)
        for other in self.record.runs(bound.version.tag):
            if in_hand(other):
                raise RunError(
                    f"Run {other.id} of {other.tag} is under way: `ls-prompts watch {other.id}` to wait for it, "
                    f"`ls-prompts cancel {other.id}` to stop it."
                )
        if not ending.batch:
            self.batches.check(bound.version.tag)
        return self.record.create(bound.version.tag, bound.project.id, str(subset), **asdict(ending))

    def reopen(self, run_id: str, hands: Hands) -> Run:
        """Hands a run over to be worked on again. Raises RunError while a process works on it."""
        run = self.record.run(run_id)
        if in_hand(run):
            raise RunError(f"A process works on run {run_id}: `ls-prompts watch {run_id}`.")
        if run.status == "completed":
            raise RunError(
                f"Run {run_id} is completed: nothing is left of it. `ls-prompts run {run.tag}` starts another."
            )
        self.prompts.bound(run.tag, self.studio)
        if not run.batch:
            self.batches.check(run.tag)
        self.record.finish(run_id, "pending")
        hands.give(run_id)
        return self.record.run(run_id)

    def work(self, run_id: str, progress: Progress) -> Finished:
        """Works on a run to its end, in this process.

        Raises ProviderError, StudioError or StoreError when it can't go on, RunError when it is canceled or another
        process works on it; what came until then is kept, and working on it again goes on from there.
        """
        run = self.record.run(run_id)
        if not self.record.claim(run_id, this_process(), run.worker if is_gone(run.worker) else None):
            raise RunError(f"Run {run_id} is not free (it is {run.status}): `ls-prompts watch {run_id}`.")
        try:
            with Pulse(lambda seconds: self.record.beat(run_id, seconds)) as pulse:
                return self._work(run, self.prompts.bound(run.tag, self.studio), progress, pulse)
        except Canceled:
            raise
        except Left as left:
            self.record.finish(run_id, "canceled", str(left))
            raise
        except PromptsError as error:
            self.record.finish(run_id, "failed", str(error))
            raise
        except asyncio.CancelledError:
            raise Canceled(run_id) from None
        except Exception as error:
            self.record.finish(run_id, "failed", f"Something unexpected happened: {where(error)}")
            raise
        except BaseException:
            self.record.finish(run_id, "canceled", "It was interrupted.")
            raise

    def stored(self, bound: Bound) -> list[Outcome]:
        """The newest outcome of every task this version was run on, from the record alone."""
        asks = self.record.asks(bound.version.tag)
        schemas = self._schemas(bound, [ask.task_id for ask in asks])
        facts = self.store.completions([ask.digest for ask in asks if ask.digest])
        found = []
        for ask in asks:
            schema = schemas(ask.task_id)
            outcome = derive(ask.task_id, facts.get(ask.digest or "", []), schema, self.pricing) if schema else None
            if outcome is None and ask.failure is not None:
                outcome = failed(ask.task_id, ask.failure, ask.digest)
            found += [outcome] if outcome else []
        return found

    def push_again(self, bound: Bound, keep: bool, tell: Tell) -> Pushed:
        """Pushes what the record holds about a version."""
        return self._push(bound, self.stored(bound), keep, tell)

    def _work(self, run: Run, bound: Bound, progress: Progress, pulse: Pulse) -> Finished:
        base = baseline(self.studio, bound.project, bound.schema, read_subset(run.subset), run.tag)
        progress.start(base.size)
        if base.size is not None:
            self.record.size(run.id, base.size)
        if run.batch:
            outcomes, seconds = self._label_in_batches(run, bound, progress, pulse)
        else:
            outcomes, seconds = asyncio.run(self._label(bound, base, run, progress, pulse))
        self.record.size(run.id, len(outcomes))
        self.prompts.bound(run.tag, self.studio)  # its config may have changed meanwhile
        if pulse.canceled:
            raise Canceled(run.id)
        pushed = self._push(bound, outcomes, run.keep, progress.tell) if run.push else None
        if not self.record.complete(run.id):
            raise Canceled(run.id)
        scored = score(outcomes, base.truths, bound.schema) if base.truths else None
        return Finished(run, outcomes, summarise(outcomes, len(outcomes)), seconds, base.truths, scored, pushed)

    async def _label(
        self, bound: Bound, base: Baseline, run: Run, progress: Progress, pulse: Pulse
    ) -> tuple[list[Outcome], float]:
        outcomes: list[Outcome] = []
        notes = Notes(lambda asks: self.record.record(run.id, asks))

        async def sink(found: list[Outcome]) -> None:
            outcomes.extend(found)
            progress.add(found)
            await notes.add([Ask.of(outcome) for outcome in found if outcome.sent or outcome.answer is None])

        def plan(asks: list[tuple[int, ChatRequest | Failure]]) -> None:
            rows = [Ask(task_id, ask.digest) for task_id, ask in asks if isinstance(ask, ChatRequest)]
            self.record.record(run.id, rows)

        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        if task is not None:
            pulse.when_canceled(lambda: loop.call_soon_threadsafe(task.cancel))
        recipe = Recipe(bound.version, bound.schema, self.base_url)
        async with closing(self.make_asker()) as asker:
            try:
                await Predictor(asker, self.store, self.pricing).label(recipe, base.pages, sink, plan)
            finally:
                await notes.flush()
        return outcomes, asker.tally.seconds

    def _label_in_batches(
        self, run: Run, bound: Bound, progress: Progress, pulse: Pulse
    ) -> tuple[list[Outcome], float]:
        started, subset = time.monotonic(), read_subset(run.subset)
        recipe = Recipe(bound.version, bound.schema, self.base_url)

        def pages() -> Iterable[list[Task]]:
            return baseline(self.studio, bound.project, bound.schema, subset, run.tag).pages

        outcomes = self.batches.label(Job(run, recipe, pages, progress, pulse))
        if outcomes is None:
            raise Canceled(run.id)
        return outcomes, time.monotonic() - started

    def _push(self, bound: Bound, outcomes: Sequence[Outcome], keep: bool, tell: Tell) -> Pushed:
        wanted = wanted_of(outcomes, bound.schema, bound.version.tag)
        return push(self.studio, bound.project.id, wanted, keep, tell)

    def _schemas(self, bound: Bound, ids: Sequence[int]) -> Callable[[int], LabelSchema | None]:
        """The schema of each task; only choices that come from the task need the task."""
        if not bound.schema.dynamic:
            return lambda _: bound.schema
        pages: Iterable[list[Task]] = self.studio.tasks_by_id(bound.project.id, ids)
        found = {task.id: bound.schema.for_task(task.data) for page in pages for task in page}
        return lambda task_id: None if isinstance(schema := found.get(task_id), Failure) else schema


def in_hand(run: Run) -> bool:
    """Whether a process works on it."""
    return run.status == "in_progress" and not run.is_silent(time.time()) and not is_gone(run.worker)


class Notes:
    """What became of tasks, written every second: a transaction for each would cost more than asking does."""

    def __init__(self, write: Callable[[list[Ask]], None]) -> None:
        self._write = write
        self._asks: list[Ask] = []
        self._last = time.monotonic()

    async def add(self, asks: list[Ask]) -> None:
        self._asks += asks
        if time.monotonic() - self._last > NOTES_EVERY_S:
            await self.flush()

    async def flush(self) -> None:
        self._last = time.monotonic()
        asks, self._asks = self._asks, []
        if asks:
            await asyncio.to_thread(self._write, asks)


@asynccontextmanager
async def closing(asker: Asker) -> AsyncIterator[Asker]:
    """Stores what is under way, whatever ended the work."""
    try:
        yield asker
    finally:
        await asyncio.shield(asker.close())
