"""Report: all numbers about a version on the ground truths, beside the prompt's other versions. Content only, no
layout."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from backend.domain.calibration.scored_answers import scored_answers_of
from backend.domain.calibration.threshold import RiskPoint, risk_coverage
from backend.domain.canary import StoredCanary
from backend.domain.cascade import answered_by
from backend.domain.dataset.draw import TruthBasis
from backend.domain.dataset.ground_truth import LeftOut
from backend.domain.labels.schema import LabelSchema
from backend.domain.metrics.comparison import VersionPair, compare
from backend.domain.metrics.evaluation import Evaluation, evaluation
from backend.domain.metrics.representativeness import Representativeness
from backend.domain.metrics.summary import Summary, summarise
from backend.domain.outcome import Failure, Outcome, Rejection, Truth
from backend.domain.prompts.differences import Difference, Setup, differences
from backend.domain.prompts.version import PromptVersion
from backend.domain.reports.cascade_curve import CascadeCurve, StepAnswers, cascade_curve
from backend.domain.reports.history_line import HistoryLine
from backend.domain.task import Task
from backend.domain.task_values import told_text

Kind = Literal["right", "wrong", "rejected", "failed"]
Change = Literal["fixed", "broken"]
KINDS: tuple[Kind, ...] = ("wrong", "rejected", "failed", "right")
"""In the order in which a reader needs them."""
ROOM = 6_000_000
"""Bytes of texts that all tasks of a report share."""
MOST, LEAST = 8_000, 100
"""Bytes of one text, at most and at least."""
POINTS = 200


@dataclass(frozen=True, slots=True)
class VersionAnswers:
    """A version's answers to tasks with a ground truth.

    raw: task -> text of the completion that counts, one line for each of several samples
    steps: of each model, if it is a cascade
    servers: see `domain.prompts.differences.Setup`
    """

    version: PromptVersion
    outcomes: Sequence[Outcome]
    raw: Mapping[int, str]
    servers: tuple[str, ...] = ()
    steps: StepAnswers | None = None

    @property
    def setup(self) -> Setup:
        return Setup(self.version, self.servers)


@dataclass(frozen=True, slots=True)
class ReportBasis:
    """What versions are evaluated on.

    name: for people
    link: address of a task in Label Studio, without its id
    basis: what numbers about them rest on
    """

    name: str
    link: str
    tasks: Sequence[Task]
    truths: Sequence[Truth]
    left_out: LeftOut
    schema: LabelSchema
    basis: TruthBasis | None = None


@dataclass(frozen=True, slots=True)
class TaskReply:
    """A version's answer to one task, with shortened texts; like a truth, it has a line for each control.

    reason: why there is no usable answer
    raw: the completion
    model: who answered, in a cascade
    """

    kind: Kind
    answer: str | None
    reason: str | None
    confidence: float | None
    raw: str | None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class JudgedTask:
    """One evaluated task.

    before: the other version's answer
    change: the change since then
    """

    task: int
    text: str
    truth: str
    reply: TaskReply
    before: TaskReply | None
    change: Change | None


@dataclass(frozen=True, slots=True)
class Report:
    """The content of a report.

    ground, basis: see ReportBasis
    unasked: number of tasks with a ground truth and without an outcome of this version
    pair: comparison with `against`, the other version
    differences: what differs between the two versions
    curve: cost against accuracy of a cascade's thresholds
    canary: the newest of this version
    likeness: of the ground truths to the other tasks that the version answered
    """

    version: PromptVersion
    ground: str
    link: str
    against: PromptVersion | None
    pair: VersionPair | None
    summary: Summary
    evaluation: Evaluation
    risk: tuple[RiskPoint, ...]
    unasked: int
    history: tuple[HistoryLine, ...]
    tasks: tuple[JudgedTask, ...]
    differences: tuple[Difference, ...] = ()
    curve: CascadeCurve | None = None
    basis: TruthBasis | None = None
    canary: StoredCanary | None = None
    likeness: Representativeness | None = None


def make_report(
    current: VersionAnswers, before: VersionAnswers | None, ground: ReportBasis, history: Sequence[HistoryLine]
) -> Report:
    """The Report of a version, compared with `before` if that is given."""
    return Report(
        version=current.version,
        ground=ground.name,
        link=ground.link,
        against=before.version if before else None,
        pair=_pair(before, current, ground) if before else None,
        summary=summarise(current.outcomes),
        evaluation=evaluation(current.outcomes, ground.truths, ground.schema, ground.left_out),
        risk=tuple(thinned(risk_coverage(scored_answers_of(current.outcomes, ground.truths, ground.schema)))),
        unasked=len(ground.truths) - len(current.outcomes),
        history=tuple(history),
        tasks=tuple(_judged(current, before, ground)),
        basis=ground.basis,
        differences=differences(before.setup, current.setup) if before else (),
        curve=cascade_curve(current.version.cascade, current.steps, ground.truths, ground.schema),
    )


def thinned(points: Sequence[RiskPoint]) -> list[RiskPoint]:
    """At most as many points as a curve can show, the first and the last among them."""
    if len(points) <= POINTS:
        return list(points)
    return [points[round(index * (len(points) - 1) / (POINTS - 1))] for index in range(POINTS)]


def clipped(text: str, room: int) -> str:
    """The beginning of a text that fits into that many bytes of UTF-8."""
    data = text.encode("utf-8", "surrogatepass")
    return text if len(data) <= room else data[:room].decode("utf-8", "ignore") + "…"


def _pair(before: VersionAnswers, current: VersionAnswers, ground: ReportBasis) -> VersionPair:
    versions = {before.version.tag: before.outcomes, current.version.tag: current.outcomes}
    return compare(versions, ground.truths, ground.schema).pairs[0]


def _judged(current: VersionAnswers, before: VersionAnswers | None, ground: ReportBasis) -> Iterable[JudgedTask]:
    """Wrong answers first, the most confident ones on top, then unusable answers, Failures, and right answers."""
    return sorted(_by_task(current, before, ground), key=_order)


def _order(judged: JudgedTask) -> tuple[int, float, int]:
    return KINDS.index(judged.reply.kind), -(judged.reply.confidence or 0.0), judged.task


def _by_task(current: VersionAnswers, before: VersionAnswers | None, ground: ReportBasis) -> Iterable[JudgedTask]:
    tasks = {task.id: task for task in ground.tasks}
    truths = {truth.task_id: truth for truth in ground.truths}
    old = {outcome.task_id: outcome for outcome in before.outcomes} if before else {}
    room = max(LEAST, min(MOST, ROOM // max(1, len(current.outcomes)) // (4 if before else 3)))
    for outcome in current.outcomes:
        task, truth = tasks[outcome.task_id], truths[outcome.task_id]
        reply = _reply(outcome, truth, current, ground.schema, room)
        earlier = old.get(task.id)
        then = _reply(earlier, truth, before, ground.schema, room) if earlier and before else None
        text = "\n".join(told_text(task.value(name)) for name in current.version.variables)
        excerpt, right = clipped(text, 2 * room), "\n".join(ground.schema.show_each(truth.answer))
        yield JudgedTask(task.id, excerpt, right, reply, then, _change(then, reply))


def _reply(outcome: Outcome, truth: Truth, current: VersionAnswers, schema: LabelSchema, room: int) -> TaskReply:
    raw = current.raw.get(outcome.task_id)
    excerpt = None if raw is None else clipped(raw, room)
    verdict = outcome.verdict
    model = answered_by(current.version.reference, current.version.cascade, outcome)
    if isinstance(verdict, Rejection):
        return TaskReply("rejected", None, f"{verdict.reason}: {verdict.detail}", None, excerpt, model)
    if isinstance(verdict, Failure):
        return TaskReply("failed", None, f"{verdict.kind}: {verdict.detail}", None, excerpt, model)
    kind: Kind = "right" if schema.equal(verdict, truth.answer) else "wrong"
    return TaskReply(kind, "\n".join(schema.show_each(verdict)), None, outcome.confidence, excerpt, model)


def _change(then: TaskReply | None, now: TaskReply) -> Change | None:
    """Counted as in a comparison: only where both versions answered."""
    if then is None or "failed" in (then.kind, now.kind) or (then.kind == "right") == (now.kind == "right"):
        return None
    return "fixed" if now.kind == "right" else "broken"
