"""A search for a better prompt at work: a teacher rewrites it from its mistakes on the ground truths to learn from; the
others judge, once, what was found.

What it asks follows from what was answered, and all answers are stored: begun again, it repeats no request.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from backend.core.chat import Asks, ChatRequest, Recipe
from backend.core.comparison import BETTER, Comparison, compare
from backend.core.outcomes import Outcome, Truth
from backend.core.prompts import PromptVersion
from backend.core.proposals import Dropped, changeable, changed
from backend.core.runs import Run
from backend.core.search import Halves, Known, Search
from backend.core.tasks import Task
from backend.core.teacher import teacher_frame
from backend.edges import evolution
from backend.edges.ask_store import Ask
from backend.flows.asker import Asker
from backend.flows.budget import CAP
from backend.flows.dialogue import Dialogue
from backend.flows.ending import Canceled
from backend.flows.lessons import Lessons, Teacher, Tried, polished
from backend.flows.place import Tell
from backend.flows.progress import Progress
from backend.flows.prompts import Bound
from backend.flows.pulse import Pulse
from backend.flows.runs import Runs

REWRITE = "rewrite"
"""Stands for the tag of a text that is not saved yet."""


class MakeAsker(Protocol):
    def __call__(self, run: Run, teacher: str, tell: Tell) -> Asker:
        """An Asker that also reaches the teacher, within the run's budget. `tell`: of a wait for a provider."""


@dataclass(frozen=True, slots=True)
class Teaching:
    """Where teachers are, and how they are asked."""

    url: str
    make_asker: MakeAsker


@dataclass(frozen=True, slots=True)
class Wish:
    """`budget`: most USD for teacher and model together, None for no limit; `anyway`: save what was found even if it
    is not shown to be better."""

    search: Search
    budget: float | None = None
    anyway: bool = False


@dataclass(frozen=True, slots=True)
class Cost:
    """USD of all answers behind a search, whoever paid; `spent`: by this run. None where a price is unknown."""

    model: float | None
    teacher: float | None
    spent: float | None


@dataclass(frozen=True, slots=True)
class Enhanced:
    """`text`: the best rewrite, None when none was better on the ground truths to learn from. `comparison`: of it with
    the base on those that judge, None when there was nothing to judge or nothing to judge by; `halves`: None without
    ground truth; `learned`: what base and rewrite got right of those to learn from."""

    run: Run
    base: PromptVersion
    search: Search
    text: str | None
    reasons: str
    tried: Sequence[Tried]
    halves: Halves | None
    learned: tuple[int, int] | None
    comparison: Comparison | None
    cost: Cost
    saved: PromptVersion | None

    @property
    def verdict(self) -> str | None:
        """About the rewrite, against the base."""
        return self.comparison.pairs[0].verdict if self.comparison else None


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to, before it is judged."""

    text: str | None
    reasons: str
    tried: Sequence[Tried]
    learned: tuple[int, int] | None = None


class Session:
    """One search at work."""

    def __init__(self, runs: Runs, teaching: Teaching, run: Run, bound: Bound, wish: Wish) -> None:
        self._runs = runs
        self._teaching = teaching
        self._run = run
        self._bound = bound
        self._wish = wish
        self._cap = None if run.budget is None else CAP
        self._base = changeable(bound.version)
        self._costs: dict[str, float | None] = {}

    def work(self, halves: Halves | None, pulse: Pulse, progress: Progress) -> Enhanced:
        """All of it. Raises what ends it; noting that is left to the caller."""
        run, record, name = self._run, self._runs.record, self._wish.search.teacher
        record.size(run.id, len(halves.learn) + len(halves.judge) if halves else 0)
        progress.start(None)
        make, labelling = self._teaching.make_asker, self._runs.labelling
        with Dialogue(labelling, lambda: make(run, name, progress.tell), pulse, progress) as self._dialogue:
            frame = teacher_frame(self._teaching.url, name, self._cap)
            teacher = Teacher(self._dialogue, frame, self._bound.schema)
            found = self._learn(teacher, halves.learn) if halves else self._draft(teacher)
            judged = self._judge(found.text, halves.judge) if halves and found.text else None
        if not record.complete(run.id):
            raise Canceled(run.id)
        spent = record.asks.tally(run, labelling.pricing).spent_usd
        return Enhanced(
            run=record.run(run.id),
            base=self._bound.version,
            search=self._wish.search,
            text=found.text,
            reasons=found.reasons,
            tried=found.tried,
            halves=halves,
            learned=found.learned,
            comparison=judged,
            cost=Cost(_total(self._costs), _total(_costs(teacher.asked)), spent),
            saved=self._save(found.text, judged),
        )

    def _learn(self, teacher: Teacher, items: Sequence[Known]) -> Found:
        base, search = self._base, self._wish.search
        lessons = Lessons(items, self, teacher)
        best = evolution.evolve(base, lessons, len(items), search.rounds, search.seed)
        tried = lessons.tried()
        if best == base:
            return Found(None, "", tried)
        reasons = next(one.reasons for one in tried if one.text == best)
        return Found(best, reasons, tried, (lessons.right(base), lessons.right(best)))

    def _draft(self, teacher: Teacher) -> Found:
        """What the teacher makes of the prompt and some tasks alone."""
        proposal = polished(teacher, self._bound.version, self.recipe(self._base), self._runs.studio)
        if isinstance(proposal, Dropped):
            return Found(None, "", [Tried(None, proposal.reason)])
        return Found(proposal.text, proposal.reasons, [Tried(proposal.text, proposal.repaired, proposal.reasons)])

    def _judge(self, text: str, items: Sequence[Known]) -> Comparison:
        version, tasks = self._bound.version, [item.task for item in items]
        judged = {
            version.tag: list(self.outcomes(self._base, tasks).values()),
            REWRITE: list(self.outcomes(text, tasks).values()),
        }
        return compare(judged, [Truth(item.task.id, item.truth) for item in items], self._bound.schema)

    def outcomes(self, text: str, tasks: Sequence[Task]) -> Mapping[int, Outcome]:
        """What becomes of tasks with a prompt of this text. Those of the base are noted as the run's own."""
        mine = text == self._base
        outcomes = self._dialogue.outcomes(self.recipe(text), tasks, self._plan if mine else None)
        if mine:
            notes = [Ask.of(outcome) for outcome in outcomes.values() if outcome.sent or outcome.answer is None]
            self._runs.record.asks.note(self._run.id, notes)
        self._costs |= _costs(outcomes.values())
        return outcomes

    def _plan(self, asks: Asks) -> None:
        rows = [Ask(task_id, ask.digest) for task_id, ask in asks if isinstance(ask, ChatRequest)]
        self._runs.record.asks.note(self._run.id, rows)

    def recipe(self, text: str) -> Recipe:
        return self._runs.labelling.recipe(replace(self._bound, version=self._version(text)), cap=self._cap)

    def _version(self, text: str) -> PromptVersion:
        return changed(self._bound.version, text, self._bound.schema)

    def _save(self, text: str | None, judged: Comparison | None) -> PromptVersion | None:
        better = judged is not None and judged.pairs[0].verdict == BETTER
        if text is None or not (better or self._wish.anyway):
            return None
        note = _note(self._bound.version, self._wish.search.teacher, judged)
        return self._runs.store.save(replace(self._version(text), note=note))[0]


def _note(base: PromptVersion, teacher: str, judged: Comparison | None) -> str:
    """Where a version came from."""
    origin = f"{base.tag} rewritten by {teacher}"
    if judged is None:
        return f"{origin}, not checked"
    before, after = (judged.scores[tag].accuracy for tag in (base.tag, REWRITE))
    pair = judged.pairs[0]
    scores = "" if before is None or after is None else f": {before:.3f} -> {after:.3f}"
    chance = "" if pair.p_value is None else f" (p = {pair.p_value:.3g})"
    return f"{origin}{scores} on {judged.tasks} ground truths it never saw, {pair.verdict}{chance}"


def _costs(outcomes: Iterable[Outcome]) -> dict[str, float | None]:
    """USD by request, each once."""
    return {outcome.digest: outcome.usage.cost_usd for outcome in outcomes if outcome.digest and outcome.spoke}


def _total(costs: Mapping[str, float | None]) -> float | None:
    known = [cost for cost in costs.values() if cost is not None]
    return sum(known) if len(known) == len(costs) else None
