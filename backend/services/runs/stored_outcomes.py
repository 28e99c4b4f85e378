"""Stored outcomes: what became of tasks, derived from stored completions; no model is asked."""

from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from backend.adapters.database.prompts import Store
from backend.adapters.database.runs.run_tasks import SECOND, RunTask
from backend.adapters.database.runs.runs import RunStore
from backend.adapters.label_studio.client import LabelStudioClient
from backend.domain.cascade import Cascade, joined
from backend.domain.chat.request import Completion
from backend.domain.hashing import of_samples
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Failure, Outcome
from backend.domain.pictures.texts import linked_texts, trouble_with, with_texts
from backend.domain.resolution.pricing import Pricing
from backend.domain.resolution.resolve import failed, resolve
from backend.domain.runs.run import Run
from backend.domain.task import Task
from backend.services.dataset.resolved_version import ResolvedVersion

SchemaOf = Callable[[int], LabelSchema | Failure | None]
"""Task id -> the schema of its answers, or why they cannot be read."""

FEW = 100
"""So many tasks are looked up; of more, all that a version answered are read."""


@dataclass(frozen=True, slots=True)
class StoredOutcomes:
    """`studio` is asked for tasks only if answers cannot be read without: for choices of the task, quotes from its
    text."""

    store: Store
    run_store: RunStore
    studio: LabelStudioClient
    pricing: Pricing

    def of_version(self, resolved: ResolvedVersion, only: Container[int] | None = None) -> Iterator[list[Outcome]]:
        """The newest outcome of every task this version was run on, or of those in `only`, from the database alone.

        By task id, in pages.
        """
        for run_tasks in self._run_tasks(resolved, only):
            yield self.of_tasks(resolved, run_tasks)

    def of_steps(self, resolved: ResolvedVersion, only: Container[int]) -> tuple[dict[int, Outcome], ...]:
        """What each model of a cascade made of tasks, as far as its answers are stored, whoever asked for them."""
        first, second = (replace(resolved, version=step) for step in resolved.version.steps)
        by_step = dict[int, Outcome](), dict[int, Outcome]()
        for chosen in self._run_tasks(resolved, only):
            for step, outcomes, run_tasks_of_step in (
                (first, by_step[0], chosen),
                (second, by_step[1], map(_second_alone, chosen)),
            ):
                outcomes |= {outcome.task_id: outcome for outcome in self.of_tasks(step, list(run_tasks_of_step))}
        return by_step

    def _run_tasks(self, resolved: ResolvedVersion, only: Container[int] | None) -> Iterator[list[RunTask]]:
        few = only if isinstance(only, Collection) and len(only) <= FEW else None
        for page in self.run_store.run_tasks.of_version(resolved.version.tag, only=few):
            yield page if only is None else [ask for ask in page if ask.task_id in only]

    def of_run(self, run: Run, resolved: ResolvedVersion, *, passing: bool = False) -> Iterator[list[Outcome]]:
        """The outcomes of one run's tasks, from the database alone; by task id, in pages.

        passing: see `of_tasks`
        """
        pages = self.run_store.run_tasks.of_run(run.id)
        return (self.of_tasks(resolved, run_tasks, passing=passing) for run_tasks in pages)

    def servers(self, tag: str) -> tuple[str, ...]:
        """The model's servers that runs of a version were started with, in alphabetical order."""
        return self.run_store.servers(tag)

    def of_tasks(
        self, resolved: ResolvedVersion, run_tasks: Sequence[RunTask], *, passing: bool = False
    ) -> list[Outcome]:
        """The outcomes of some tasks of a run, from the database alone.

        passing: whether their caller lets go of them, so that their confidences are left to who asks for one
        """
        ids = [ask.task_id for ask in run_tasks]
        schemas = self._schemas(resolved, resolved.origin or resolved.schema, ids)
        names = self._schemas(resolved, resolved.schema, ids) if resolved.origin else None
        requests = [digest for ask in run_tasks for digest in (ask.digest, ask.then_digest) if digest]
        samples = {digest: of_samples(digest, resolved.version.samples) for digest in requests}
        completions = self.store.completions([digest for digests in samples.values() for digest in digests])
        attempts = StoredAttempts(samples, completions, self.pricing, resolved.version.swaps)
        step_of = partial(_step_outcome, attempts, schemas)
        outcomes = list[Outcome]()
        for ask in run_tasks:
            outcome = cascaded(resolved.version.cascade, ask, step_of)
            if outcome is not None and outcome.answer is not None and names is not None:
                now = names(ask.task_id)
                now = now if isinstance(now, LabelSchema) else resolved.schema
                outcome = replace(outcome, verdict=now.renamed(outcome.answer))
            if outcome is not None:
                # The confidence is computed here: many outcomes are kept together, but not all completions behind them.
                confidences = outcome.confidences if passing else outcome.computed
                reused = outcome.spoke and not ask.sent
                if (outcome.sent, outcome.reused) != (ask.sent, reused) or outcome.confidences is not confidences:
                    outcome = replace(outcome, sent=ask.sent, reused=reused, confidences=confidences)
                outcomes.append(outcome)
        return outcomes

    def _schemas(self, resolved: ResolvedVersion, schema: LabelSchema, ids: Sequence[int]) -> SchemaOf:
        """The schema of each task, or why answers about it cannot be read; only choices that come from it, and quotes
        from its text, need the task."""
        if not schema.needs_task:
            return lambda _: schema
        pages: Iterable[list[Task]] = self.studio.tasks_by_id(resolved.project.id, ids)
        linked, read = linked_texts(schema), self.studio.texts
        tasks = (task for page in pages for task in with_texts(page, linked, read, resolved.project.id))
        by_task = {task.id: trouble_with(task, linked) or schema.for_task(task.contents) for task in tasks}
        return by_task.get


def _second_alone(ask: RunTask) -> RunTask:
    """As if only the second model of a cascade had been asked."""
    failure = ask.failure if ask.step == SECOND else None
    return RunTask(ask.task_id, ask.then_digest, failure, sent=ask.sent)


StepOutcome = Callable[[RunTask, str | None, Failure | None], Outcome | None]
"""A task, the digest of its request to one model, and why it may have failed -> what stored completions come to."""


@dataclass(frozen=True, slots=True)
class StoredAttempts:
    """The completions of some requests.

    samples: digest of a request -> those of its samples
    completions: digest of a sample -> its attempts
    swaps: whether the samples are the two orders of a pair
    """

    samples: Mapping[str, Sequence[str]]
    completions: Mapping[str, Sequence[Completion]]
    pricing: Pricing
    swaps: bool

    def of(self, digest: str | None) -> list[Sequence[Completion]]:
        """For each sample of a request its attempts."""
        return [self.completions.get(sample, []) for sample in self.samples.get(digest or "", [""])]


def _step_outcome(
    stored: StoredAttempts, schemas: SchemaOf, ask: RunTask, digest: str | None, why: Failure | None
) -> Outcome | None:
    """What one model made of a task; `why` where it made nothing of it."""
    schema, attempts = schemas(ask.task_id), stored.of(digest)
    outcome = None
    if isinstance(schema, LabelSchema):
        outcome = resolve(ask.task_id, attempts, schema, stored.pricing, stored.swaps, ask.sent)
    elif schema is not None and any(attempts):
        why = schema
    return failed(ask.task_id, why, digest) if outcome is None and why is not None else outcome


def cascaded(cascade: Cascade | None, ask: RunTask, step_of: StepOutcome) -> Outcome | None:
    """What became of a task, by the rule of its version's cascade, if it has one. None while it is not known."""
    led_on = None if ask.first_failure is None else Failure(ask.first_failure, "")
    first = step_of(ask, ask.digest, led_on or (None if ask.step == SECOND else ask.failure))
    if cascade is None or first is None or not cascade.goes_on(first):
        return first
    second = step_of(ask, ask.then_digest, ask.failure if ask.step == SECOND else None)
    return second and joined(first, second)
