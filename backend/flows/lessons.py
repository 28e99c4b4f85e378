"""Lessons: how well prompts do on the ground truths to learn from, and what the teacher makes of their mistakes.

The ground truths that judge are not known here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from backend.core.chat import Asks, ChatFrame, ChatRequest, Recipe
from backend.core.labels.schema import LabelSchema
from backend.core.outcomes import Failure, Outcome, Rejection, Truth
from backend.core.prompts import PromptVersion
from backend.core.proposals import Dropped, Proposal, changeable, proposal_of
from backend.core.scoring import score
from backend.core.search import Known, values_of
from backend.core.tasks import Task
from backend.core.teacher import Confusion, First, Lesson, Mistake, teacher_request
from backend.edges.studio import Studio
from backend.flows.dialogue import Dialogue

MOST_CONFUSIONS = 10
REMEMBERED = 3
SAMPLE = 20
"""Tasks that a teacher sees where there is no ground truth."""
EXCERPT = 400


@dataclass(frozen=True, slots=True)
class Tried:
    """One rewrite. `text`: None for one that was dropped; `right`, of `tasks`: what it got right of what it was tried
    on, and `before`: what the prompt got right of these that it rewrites; None where it was not tried."""

    text: str | None
    fate: str
    reasons: str = ""
    right: int | None = None
    before: int | None = None
    tasks: int = 0


class Teacher:
    """Asks for rewrites of versions, under one labelling config."""

    def __init__(self, dialogue: Dialogue, frame: ChatFrame, schema: LabelSchema) -> None:
        self.asked: list[Outcome] = []
        self._dialogue = dialogue
        self._frame = frame
        self._schema = schema

    def rewrite(self, version: PromptVersion, lesson: Lesson | First, known: Sequence[str]) -> Proposal | Dropped:
        """`known`: the texts there are. What can be mended is complained about, once."""
        first = self._ask(version, lesson, known)
        if not isinstance(first, Dropped) or not first.mendable:
            return first
        second = self._ask(version, replace(lesson, complaint=first.reason), known)
        return Dropped(f"{first.reason}; told so, {second.reason}") if isinstance(second, Dropped) else second

    def _ask(self, version: PromptVersion, lesson: Lesson | First, known: Sequence[str]) -> Proposal | Dropped:
        request = teacher_request(self._frame, lesson, len(self.asked) + 1)
        who = f"the teacher {self._frame.model} to rewrite the prompt (its request {len(self.asked) + 1})"
        (outcome,) = self._dialogue.outcomes(_Given(request), [Task(0, {})], who).values()
        self.asked.append(outcome)
        if isinstance(outcome.verdict, Failure):
            return Dropped(f"the teacher gave no answer ({outcome.verdict.kind}: {outcome.verdict.detail})")
        return proposal_of(outcome.verdict, version, self._schema, known)


def polished(teacher: Teacher, version: PromptVersion, recipe: Recipe, studio: Studio) -> Proposal | Dropped:
    """What a teacher makes of a prompt and some tasks alone: of their texts, never of what was annotated."""
    tasks = next(studio.tasks(version.project, page=SAMPLE), [])
    items = [values_of(task, version) for task in tasks]
    return teacher.rewrite(version, First(version.template, system_of(recipe, tasks), items), [changeable(version)])


@dataclass(frozen=True, slots=True)
class _Given:
    """What to ask, whatever the task is."""

    asked: ChatRequest

    def asks(self, tasks: Sequence[Task]) -> Asks:
        return [(task.id, self.asked) for task in tasks]


class Pupil(Protocol):
    """The model with prompts of other texts; see `core.proposals.changeable`."""

    def recipe(self, text: str) -> Recipe: ...

    def outcomes(self, text: str, tasks: Sequence[Task]) -> Mapping[int, Outcome]: ...


class Lessons:
    """An `edges.evolution.Learner`."""

    def __init__(self, items: Sequence[Known], pupil: Pupil, teacher: Teacher) -> None:
        self.proposals: list[tuple[str, Proposal | Dropped]] = []
        self._items = items
        self._pupil = pupil
        self._teacher = teacher
        self._outcomes: dict[str, dict[int, Outcome]] = {}

    def score(self, text: str, items: Sequence[int]) -> list[float]:
        """1 for a right answer; 0 for another, one that can't be used and none."""
        known = self._outcomes.setdefault(text, {})
        new = [item for item in items if item not in known]
        if new:
            found = self._pupil.outcomes(text, [self._items[item].task for item in new])
            known |= {item: found[self._items[item].task.id] for item in new}
        return [float(self._right(text, item)) for item in items]

    def rewrite(self, text: str, items: Sequence[int]) -> str | None:
        recipe = self._pupil.recipe(text)
        found = self._teacher.rewrite(recipe.version, self._lesson(text, recipe, items), list(self._outcomes))
        self.proposals.append((text, found))
        return None if isinstance(found, Dropped) else found.text

    def right(self, text: str) -> int:
        """How many items it got right, of those it was asked about."""
        return sum(self._right(text, item) for item in self._outcomes[text])

    def tried(self) -> list[Tried]:
        """What became of every rewrite, in their order."""
        return [self._tried(parent, found) for parent, found in self.proposals]

    def _right(self, text: str, item: int) -> bool:
        return self._outcomes[text][item].answer == self._items[item].truth

    def _tried(self, parent: str, found: Proposal | Dropped) -> Tried:
        if isinstance(found, Dropped):
            return Tried(None, found.reason)
        items = self._outcomes.get(found.text, {})
        before = sum(self._right(parent, item) for item in items)
        return Tried(found.text, found.repaired, found.reasons, self.right(found.text), before, len(items))

    def _lesson(self, text: str, recipe: Recipe, items: Sequence[int]) -> Lesson:
        outcomes, schema = self._outcomes[text], recipe.schema
        wrong = [item for item in items if not self._right(text, item)]
        truths = [Truth(known.task.id, known.truth) for known in self._items]
        return Lesson(
            prompt=recipe.version.template,
            system=system_of(recipe, [item.task for item in self._items]),
            right=self.right(text),
            tasks=len(outcomes),
            mistakes=[_mistake(self._items[item], outcomes[item], recipe) for item in wrong],
            confusions=confusions(score(outcomes.values(), truths, schema).confusion, schema),
            tried=self._remembered(text),
        )

    def _remembered(self, parent: str) -> list[str]:
        """The last rewrites of this prompt that were no better."""
        found = [self._tried(text, proposal) for text, proposal in self.proposals if text == parent]
        return [_told(tried) for tried in found if tried.tasks < len(self._items)][-REMEMBERED:]


def _mistake(known: Known, outcome: Outcome, recipe: Recipe) -> Mistake:
    show, verdict = recipe.schema.show, outcome.verdict
    if isinstance(verdict, Rejection):
        said = f"(an answer that can't be used: {verdict.detail})"
    else:
        said = "(no answer)" if isinstance(verdict, Failure) else show(verdict)
    return Mistake(values_of(known.task, recipe.version), show(known.truth), said)


def _told(tried: Tried) -> str:
    if tried.text is None:
        return f"Could not be used: {tried.fate}."
    counts = f"Right on {tried.right} of {tried.tasks} items, where this prompt was on {tried.before}"
    return f"{counts}: {tried.text[:EXCERPT]}"


def confusions(cells: Mapping[str, Mapping[str, Mapping[str, int]]], schema: LabelSchema) -> list[Confusion]:
    """The most frequent ones, from a Score's tables."""
    found = [
        Confusion(schema.class_name(control, truth), schema.class_name(control, answer), times)
        for control, rows in cells.items()
        for truth, row in rows.items()
        for answer, times in row.items()
        if truth != answer
    ]
    return sorted(found, key=lambda confusion: -confusion.times)[:MOST_CONFUSIONS]


def system_of(recipe: Recipe, tasks: Sequence[Task]) -> str:
    """The system message of the first task that can be asked about."""
    asked = (recipe.request(task) for task in tasks)
    return next((request.frame.system for request in asked if isinstance(request, ChatRequest)), "")
