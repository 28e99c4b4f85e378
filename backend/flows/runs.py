"""Runs: a prompt version over a subset of tasks. Evaluation and bulk prediction are the same with other endings."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from backend.core.chat import ChatRequest, Recipe
from backend.core.derive import Pricing, derive, failed
from backend.core.labels.schema import LabelSchema
from backend.core.outcomes import Failure, Outcome, Truth
from backend.core.scoring import Score, score
from backend.core.subsets import Subset
from backend.core.summary import Summary, summarise
from backend.core.tasks import Task
from backend.edges.run_store import Ask, Run, RunStore
from backend.edges.store import Store
from backend.edges.studio import Studio
from backend.errors import PromptsError
from backend.flows.asker import Asker
from backend.flows.baseline import Baseline, baseline
from backend.flows.predict import Predictor
from backend.flows.progress import Progress
from backend.flows.prompts import Bound
from backend.flows.push import Pushed, Tell, push, wanted_of

MakeAsker = Callable[[], Asker]


@dataclass(frozen=True, slots=True)
class Ending:
    """What to do with the predictions. `keep`: older versions of the prompt stay beside them."""

    push: bool = True
    keep: bool = False


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
    make_asker: MakeAsker
    base_url: str
    pricing: Pricing

    def execute(self, bound: Bound, subset: Subset, ending: Ending, progress: Progress) -> Finished:
        """Runs to the end, in this process.

        Raises ProviderError, StudioError or StoreError when it can't go on; what came until then is kept, and running
        it again goes on from there.
        """
        base = baseline(self.studio, bound.project, bound.schema, subset, bound.version.tag)
        run = self.record.start(bound.version.tag, bound.project.id, str(subset))
        try:
            progress.start(base.size)
            outcomes, seconds = asyncio.run(self._label(bound, base, run, progress))
            pushed = self._push(bound, outcomes, ending.keep, progress.tell) if ending.push else None
        except PromptsError as error:
            self.record.finish(run, "failed", str(error))
            raise
        except BaseException:
            self.record.finish(run, "canceled", "It was interrupted.")
            raise
        self.record.finish(run, "completed")
        scored = score(outcomes, base.truths, bound.schema) if base.truths else None
        summary = summarise(outcomes, len(outcomes))
        return Finished(run, outcomes, summary, seconds, base.truths, scored, pushed)

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

    def _push(self, bound: Bound, outcomes: Sequence[Outcome], keep: bool, tell: Tell) -> Pushed:
        wanted = wanted_of(outcomes, bound.schema, bound.version.tag)
        return push(self.studio, bound.project.id, wanted, keep, tell)

    async def _label(self, bound: Bound, base: Baseline, run: Run, progress: Progress) -> tuple[list[Outcome], float]:
        outcomes: list[Outcome] = []

        async def sink(found: list[Outcome]) -> None:
            outcomes.extend(found)
            progress.add(found)
            failures = [Ask(o.task_id, o.digest, o.verdict) for o in found if isinstance(o.verdict, Failure)]
            if failures:
                await asyncio.to_thread(self.record.record, run, failures)

        def plan(asks: list[tuple[int, ChatRequest | Failure]]) -> None:
            rows = [Ask(task_id, ask.digest) for task_id, ask in asks if isinstance(ask, ChatRequest)]
            self.record.record(run, rows)

        recipe = Recipe(bound.version, bound.schema, self.base_url)
        async with closing(self.make_asker()) as asker:
            await Predictor(asker, self.store, self.pricing).label(recipe, base.pages, sink, plan)
        return outcomes, asker.tally.seconds

    def _schemas(self, bound: Bound, ids: Sequence[int]) -> Callable[[int], LabelSchema | None]:
        """The schema of each task; only choices that come from the task need the task."""
        if not bound.schema.dynamic:
            return lambda _: bound.schema
        pages: Iterable[list[Task]] = self.studio.tasks_by_id(bound.project.id, ids)
        found = {task.id: bound.schema.for_task(task.data) for page in pages for task in page}
        return lambda task_id: None if isinstance(schema := found.get(task_id), Failure) else schema


@asynccontextmanager
async def closing(asker: Asker) -> AsyncIterator[Asker]:
    """Stores what is under way, whatever ended the work."""
    try:
        yield asker
    finally:
        await asyncio.shield(asker.close())
