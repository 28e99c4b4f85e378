"""One search for a better prompt: a teacher rewrites it from its mistakes on the ground truths to learn from, and the
others evaluate the result once.

What it asks follows from stored answers: started again, it repeats no request.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from backend.adapters import gepa as evolution
from backend.adapters.database.projects.looks import LookStore
from backend.adapters.database.runs.run_tasks import RunTask
from backend.adapters.label_studio.client import LabelStudioClient
from backend.adapters.processes import this_process
from backend.domain.chat.request import PlannedRequests
from backend.domain.chat.request_builder import RequestBuilder
from backend.domain.metrics.comparison import BETTER, Comparison, compare
from backend.domain.optimize.looks import CountedLook, Look, judged
from backend.domain.optimize.proposals import Dropped, changeable, changed
from backend.domain.optimize.search import GroundTruthHalves, LabeledTask, SearchOptions
from backend.domain.optimize.teacher_request import MakeTeacherTemplate
from backend.domain.outcome import Outcome, Truth, total_usd
from backend.domain.prompts.version import PromptVersion
from backend.domain.runs.run import Run
from backend.domain.task import Task
from backend.engine.budgets.budget_rules import CAP
from backend.engine.request_executor import RequestExecutor
from backend.services.dataset.counted_looks import count_look
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.optimize.feedback import FeedbackLoop, Teacher, TriedRewrite, polished
from backend.services.run_control.heartbeat import Heartbeat
from backend.services.run_control.progress import Progress
from backend.services.run_control.termination import Canceled
from backend.services.runs.sync_session import SyncSession
from backend.services.runs.task_labeler import TaskLabeler

REWRITE = "rewrite"
"""Stands for the tag of a text that is not saved yet."""
NO_TRUTHS = GroundTruthHalves((), (), 0)


class MakeTeacherExecutor(Protocol):
    def __call__(self, run: Run, teacher: str) -> RequestExecutor:
        """A RequestExecutor that also reaches the teacher, within the run's budget."""


@dataclass(frozen=True, slots=True)
class TeacherAccess:
    """How teachers are asked. `studio`: where they find tasks without a ground truth."""

    template: MakeTeacherTemplate
    make_executor: MakeTeacherExecutor
    studio: LabelStudioClient


@dataclass(frozen=True, slots=True)
class OptimizerOptions:
    """Options of a search.

    budget: most USD for teacher and model together; None for no limit
    anyway: save the result even if it is not shown to be better
    """

    search: SearchOptions
    budget: float | None = None
    anyway: bool = False


@dataclass(frozen=True, slots=True)
class SearchCost:
    """USD of all answers behind a search, whoever paid. None if a price is unknown.

    spent: by this run
    """

    model: float | None
    teacher: float | None
    spent: float | None


@dataclass(frozen=True, slots=True)
class OptimizationResult:
    """The result of a search.

    text: the best rewrite; None if none was better on the ground truths to learn from
    comparison: of the rewrite with the base on the evaluating half; None if there was nothing to compare
    look: which look at that half it was
    halves: None without ground truth
    learned: how many of the ground truths to learn from base and rewrite answered correctly
    """

    run: Run
    base: PromptVersion
    search: SearchOptions
    text: str | None
    reasons: str
    tried: Sequence[TriedRewrite]
    halves: GroundTruthHalves | None
    learned: tuple[int, int] | None
    comparison: Comparison | None
    look: CountedLook | None
    cost: SearchCost
    saved: PromptVersion | None

    @property
    def verdict(self) -> str | None:
        """About the rewrite, against the base."""
        return self.comparison.pairs[0].verdict if self.comparison else None


@dataclass(frozen=True, slots=True)
class SearchOutcome:
    """The result of a search before it is evaluated."""

    text: str | None
    reasons: str
    tried: Sequence[TriedRewrite]
    learned: tuple[int, int] | None = None


class SearchSession:
    """One search at work."""

    def __init__(
        self,
        labeler: TaskLabeler,
        teaching: TeacherAccess,
        run: Run,
        resolved: ResolvedVersion,
        options: OptimizerOptions,
    ) -> None:
        self._labeler = labeler
        self._teaching = teaching
        self._run = run
        self._resolved = resolved
        self._options = options
        self._cap = None if run.budget is None else CAP
        self._base = changeable(resolved.version)
        self._costs: dict[str, float | None] = {}

    def work(self, halves: GroundTruthHalves | None, heartbeat: Heartbeat, progress: Progress) -> OptimizationResult:
        """All steps. Raises what ends it; the caller notes that."""
        run, run_store, name = self._run, self._labeler.run_store, self._options.search.teacher
        run_store.size(run.id, len(halves.learn) + len(halves.judge) if halves else 0)
        progress.start(None)
        make = self._teaching.make_executor
        with SyncSession(self._labeler, lambda: make(run, name), heartbeat, progress) as self._session:
            of_system = bool(self._resolved.version.system)
            template = self._teaching.template(name, self._cap, of_system=of_system)
            teacher = Teacher(self._session, template, self._resolved.schema)
            outcome = self._learn(teacher, halves.learn) if halves else self._draft(teacher)
            compared, look = self._judge(outcome.text, halves.judge) if halves and outcome.text else (None, None)
        if not run_store.complete(run.id, this_process()):
            raise Canceled(run.id)
        spent = run_store.run_tasks.counts(run, self._labeler.pricing).spent_usd
        return OptimizationResult(
            run=run_store.run(run.id),
            base=self._resolved.version,
            search=self._options.search,
            text=outcome.text,
            reasons=outcome.reasons,
            tried=outcome.tried,
            halves=halves,
            learned=outcome.learned,
            comparison=compared,
            look=look,
            cost=SearchCost(total_usd(self._costs.values()), total_usd(_costs(teacher.outcomes).values()), spent),
            saved=self._save(outcome.text, compared, halves or NO_TRUTHS),
        )

    def _learn(self, teacher: Teacher, items: Sequence[LabeledTask]) -> SearchOutcome:
        base, search = self._base, self._options.search
        feedback = FeedbackLoop(items, self, teacher, self._resolved.schema)
        best = evolution.evolve(base, feedback, len(items), search.rounds, search.seed)
        tried = feedback.tried()
        if best == base:
            return SearchOutcome(None, "", tried)
        reasons = next(rewrite.reasons for rewrite in tried if rewrite.text == best)
        return SearchOutcome(best, reasons, tried, (feedback.right(base), feedback.right(best)))

    def _draft(self, teacher: Teacher) -> SearchOutcome:
        """What the teacher makes of the prompt and some tasks alone."""
        proposal = polished(teacher, self._resolved.version, self.builder(self._base), self._teaching.studio)
        if isinstance(proposal, Dropped):
            return SearchOutcome(None, "", [TriedRewrite(None, proposal.reason)])
        return SearchOutcome(
            proposal.text, proposal.reasons, [TriedRewrite(proposal.text, proposal.repaired, proposal.reasons)]
        )

    def _judge(self, text: str, items: Sequence[LabeledTask]) -> tuple[Comparison, CountedLook]:
        version, tasks = self._resolved.version, [item.task for item in items]
        answered = {
            version.tag: list(self.outcomes(self._base, tasks).values()),
            REWRITE: list(self.outcomes(text, tasks).values()),
        }
        truths = [Truth(item.task.id, item.truth) for item in items]
        compared = compare(answered, truths, self._resolved.schema)
        look = count_look(LookStore(self._labeler.store), version, self._version(text), [task.id for task in tasks])
        return replace(compared, pairs=(judged(compared.pairs[0], look),)), look

    def outcomes(self, text: str, tasks: Sequence[Task]) -> Mapping[int, Outcome]:
        """What becomes of tasks with a prompt of this text. Those of the base are noted as the run's own."""
        mine = text == self._base
        which = "the prompt" if mine else "a rewrite"
        who = f"{self._resolved.version.reference} to answer {len(tasks)} task{'s' * (len(tasks) != 1)} with {which}"
        outcomes = self._session.outcomes(self.builder(text), tasks, who, self._plan if mine else None)
        if mine:
            notes = [RunTask.of(outcome) for outcome in outcomes.values() if outcome.sent or outcome.answer is None]
            self._labeler.run_store.run_tasks.note(self._run.id, notes)
        self._costs |= _costs(outcomes.values())
        return outcomes

    def _plan(self, planned: PlannedRequests) -> None:
        self._labeler.run_store.run_tasks.plan(self._run.id, planned)

    def builder(self, text: str) -> RequestBuilder:
        return self._labeler.builder(replace(self._resolved, version=self._version(text)), cap=self._cap)

    def _version(self, text: str) -> PromptVersion:
        return changed(self._resolved.version, text, self._resolved.schema)

    def _save(self, text: str | None, compared: Comparison | None, halves: GroundTruthHalves) -> PromptVersion | None:
        better = compared is not None and compared.pairs[0].verdict == BETTER
        if text is None or not (better or self._options.anyway):
            return None
        note, version = _note(self._resolved.version, self._options.search.teacher, compared), self._version(text)
        saved = self._labeler.store.save(replace(version, note=note))[0]
        learnt, judge = (frozenset(item.task.id for item in half) for half in (halves.learn, halves.judge))
        LookStore(self._labeler.store).won(version.name, Look(version.content, judge), saved.number, learnt)
        return saved


def _note(base: PromptVersion, teacher: str, compared: Comparison | None) -> str:
    """Where a version came from."""
    origin = f"{base.tag} rewritten by {teacher}"
    if compared is None:
        return f"{origin}, not checked"
    before, after = (compared.scores[tag].accuracy for tag in (base.tag, REWRITE))
    pair = compared.pairs[0]
    scores = "" if before is None or after is None else f": {before:.3f} -> {after:.3f}"
    chance = "" if pair.p_value is None else f" (p = {pair.p_value:.3g})"
    chosen = ", figures of the truths that chose it" if pair.verdict == BETTER else ""
    return f"{origin}{scores} on {compared.tasks} ground truths it never saw, {pair.verdict}{chance}{chosen}"


def _costs(outcomes: Iterable[Outcome]) -> dict[str, float | None]:
    """USD by request, each once."""
    return {outcome.digest: outcome.usage.cost_usd for outcome in outcomes if outcome.digest and outcome.spoke}
