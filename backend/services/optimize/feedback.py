"""Feedback: the score of prompts on the ground truths to learn from, and what the teacher learns about their mistakes.

The ground truths that evaluate are not known here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Protocol

from backend.adapters.label_studio.client import LabelStudioClient
from backend.domain.chat.request import ChatRequest, PlannedRequests, RequestTemplate
from backend.domain.chat.request_builder import RequestBuilder
from backend.domain.labels.schema import LabelSchema
from backend.domain.metrics.classification import score
from backend.domain.metrics.confusions import Confusion, confusions
from backend.domain.optimize.proposals import Dropped, Proposal, changeable, proposal_of
from backend.domain.optimize.search import LabeledTask, values_of
from backend.domain.optimize.teacher_request import Feedback, FirstDraft, Mistake, teacher_request
from backend.domain.outcome import Failure, Outcome, Rejection, Truth
from backend.domain.prompts.version import PromptVersion
from backend.domain.task import Task
from backend.services.runs.sync_session import SyncSession

MOST_CONFUSIONS = 10
REMEMBERED = 3
SAMPLE = 20
"""Tasks that a teacher sees where there is no ground truth."""
EXCERPT = 400


@dataclass(frozen=True, slots=True)
class TriedRewrite:
    """One rewrite. None where it was not tried.

    text: None for one that was dropped
    right: how many of `tasks` it answered correctly
    before: how many of these the original prompt answered correctly
    """

    text: str | None
    fate: str
    reasons: str = ""
    right: int | None = None
    before: int | None = None
    tasks: int = 0


class Teacher:
    """Asks for rewrites of versions, under one labelling config."""

    def __init__(self, session: SyncSession, template: RequestTemplate, schema: LabelSchema) -> None:
        self.outcomes: list[Outcome] = []
        self._session = session
        self._template = template
        self._schema = schema

    def rewrite(
        self, version: PromptVersion, feedback_text: Feedback | FirstDraft, existing: Sequence[str]
    ) -> Proposal | Dropped:
        """A new text. An error that the teacher can correct is returned to it once. `existing`: existing texts."""
        first = self._ask(version, feedback_text, existing)
        if not isinstance(first, Dropped) or not first.correctable:
            return first
        second = self._ask(version, replace(feedback_text, complaint=first.reason), existing)
        return Dropped(f"{first.reason}; told so, {second.reason}") if isinstance(second, Dropped) else second

    def _ask(
        self, version: PromptVersion, feedback_text: Feedback | FirstDraft, existing: Sequence[str]
    ) -> Proposal | Dropped:
        request = teacher_request(self._template, feedback_text, len(self.outcomes) + 1)
        who = f"the teacher {self._template.model} to rewrite the prompt (its request {len(self.outcomes) + 1})"
        (outcome,) = self._session.outcomes(_OneRequest(request), [Task(0, {})], who).values()
        self.outcomes.append(outcome)
        if isinstance(outcome.verdict, Failure):
            return Dropped(f"the teacher gave no answer ({outcome.verdict.kind}: {outcome.verdict.detail})")
        return proposal_of(outcome.verdict, version, self._schema, existing)


def polished(
    teacher: Teacher, version: PromptVersion, builder: RequestBuilder, studio: LabelStudioClient
) -> Proposal | Dropped:
    """A teacher's rewrite from the prompt and the texts of some tasks, without annotations."""
    tasks = next(studio.tasks(version.project, page=SAMPLE), [])
    items = [values_of(task, version) for task in tasks]
    message = version.template if version.system else ""
    first = FirstDraft(version.system or version.template, system_of(builder, tasks), items, message=message)
    return teacher.rewrite(version, first, [changeable(version)])


@dataclass(frozen=True, slots=True)
class _OneRequest:
    """The same request for every task."""

    request: ChatRequest
    reads_files: ClassVar[bool] = False

    def requests(self, tasks: Sequence[Task]) -> PlannedRequests:
        return [(task.id, self.request) for task in tasks]


class StudentModel(Protocol):
    """The model with prompts of other texts; see `domain.optimize.proposals.changeable`."""

    def builder(self, text: str) -> RequestBuilder: ...

    def outcomes(self, text: str, tasks: Sequence[Task]) -> Mapping[int, Outcome]: ...


class FeedbackLoop:
    """An `adapters.gepa.PromptLearner`."""

    def __init__(
        self, items: Sequence[LabeledTask], student: StudentModel, teacher: Teacher, schema: LabelSchema
    ) -> None:
        self._schema = schema
        self.proposals: list[tuple[str, Proposal | Dropped]] = []
        self._items = items
        self._student = student
        self._teacher = teacher
        self._outcomes: dict[str, dict[int, Outcome]] = {}

    def score(self, text: str, items: Sequence[int]) -> list[float]:
        """1 for a right answer, less for one that is right in part; 0 for one that can't be used and none."""
        by_item = self._outcomes.setdefault(text, {})
        new = [item for item in items if item not in by_item]
        if new:
            outcomes = self._student.outcomes(text, [self._items[item].task for item in new])
            by_item |= {item: outcomes[self._items[item].task.id] for item in new}
        return [self._partial(text, item) for item in items]

    def rewrite(self, text: str, items: Sequence[int]) -> str | None:
        builder = self._student.builder(text)
        reply = self._teacher.rewrite(builder.version, self._feedback_text(text, builder, items), list(self._outcomes))
        self.proposals.append((text, reply))
        return None if isinstance(reply, Dropped) else reply.text

    def right(self, text: str) -> int:
        """How many of the items that it was asked about it answered correctly."""
        return sum(self._right(text, item) for item in self._outcomes[text])

    def tried(self) -> list[TriedRewrite]:
        """The result of every rewrite, in their order."""
        return [self._tried(parent, reply) for parent, reply in self.proposals]

    def _partial(self, text: str, item: int) -> float:
        answer = self._outcomes[text][item].answer
        return 0.0 if answer is None else self._schema.partial(answer, self._items[item].truth)

    def _right(self, text: str, item: int) -> bool:
        return self._schema.equal(self._outcomes[text][item].answer, self._items[item].truth)

    def _tried(self, parent: str, reply: Proposal | Dropped) -> TriedRewrite:
        if isinstance(reply, Dropped):
            return TriedRewrite(None, reply.reason)
        items = self._outcomes.get(reply.text, {})
        before = sum(self._right(parent, item) for item in items)
        return TriedRewrite(reply.text, reply.repaired, reply.reasons, self.right(reply.text), before, len(items))

    def _feedback_text(self, text: str, builder: RequestBuilder, items: Sequence[int]) -> Feedback:
        outcomes, schema, version = self._outcomes[text], builder.schema, builder.version
        wrong = [item for item in items if not self._right(text, item)]
        truths = [Truth(labeled.task.id, labeled.truth) for labeled in self._items]
        return Feedback(
            prompt=version.system or version.template,
            system=system_of(builder, [item.task for item in self._items]),
            right=self.right(text),
            tasks=len(outcomes),
            mistakes=[_mistake(self._items[item], outcomes[item], builder) for item in wrong],
            confusions=_named(confusions([score(outcomes.values(), truths, schema).confusion]), schema),
            tried=self._remembered(text),
            message=version.template if version.system else "",
        )

    def _remembered(self, parent: str) -> list[str]:
        """The last rewrites of this prompt that were not better."""
        rewrites = [self._tried(text, proposal) for text, proposal in self.proposals if text == parent]
        return [_feedback_on(tried) for tried in rewrites if tried.tasks < len(self._items)][-REMEMBERED:]


def _mistake(labeled: LabeledTask, outcome: Outcome, builder: RequestBuilder) -> Mistake:
    show, verdict = builder.schema.show, outcome.verdict
    if isinstance(verdict, Rejection):
        reply = f"(an answer that can't be used: {verdict.detail})"
    else:
        reply = "(no answer)" if isinstance(verdict, Failure) else show(verdict)
    return Mistake(values_of(labeled.task, builder.version), show(labeled.truth), reply)


def _feedback_on(tried: TriedRewrite) -> str:
    if tried.text is None:
        return f"Could not be used: {tried.fate}."
    counts = f"Right on {tried.right} of {tried.tasks} items, where this prompt was on {tried.before}"
    return f"{counts}: {tried.text[:EXCERPT]}"


def _named(pairs: Sequence[Confusion], schema: LabelSchema) -> list[Confusion]:
    """The most frequent ones, with labels as scores name them."""
    name = schema.class_name
    return [
        replace(pair, truth=name(pair.control, pair.truth), answer=name(pair.control, pair.answer))
        for pair in pairs[:MOST_CONFUSIONS]
    ]


def system_of(builder: RequestBuilder, tasks: Sequence[Task]) -> str:
    """The system message of the first task that can be asked about, without the version's own part."""
    requests = (builder.request(task) for task in tasks)
    system = next((request.template.system for request in requests if isinstance(request, ChatRequest)), "")
    return system.removeprefix(builder.version.system).lstrip("\n")
