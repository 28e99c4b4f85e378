"""The headline of a run: in plain words what came of it, what got no answer and why; and what to do next."""

from collections.abc import Iterator, Mapping
from shlex import quote
from typing import TYPE_CHECKING

from backend.domain.runs.unanswered import ranked, some_unanswered, with_advice
from backend.interfaces.cli.render.console import notify
from backend.interfaces.cli.render.notices import in_commands
from backend.interfaces.presentation import number_format as numbers

if TYPE_CHECKING:
    from backend.services.runs.options import RunResult

RETRIED = ("timeout", "deadline", "rate_limited", "connection", "server", "crashed", "budget")


def headline(finished: "RunResult") -> Iterator[str]:
    """One or a few sentences. What got no answer comes first: it is in no score."""
    summary, evaluation = finished.summary, finished.evaluation
    failed = sum(summary.failures.values())
    if failed:
        yield f"{numbers.count(failed)} of {numbers.count(summary.tasks)} got no answer"
        for kind, number in ranked(summary.failures):
            yield in_commands(with_advice(f"  {numbers.count(number)} {kind}", kind)).rstrip(".")
        if summary.refusal:
            yield f"  The provider says most often: {summary.refusal}"
    if evaluation is not None and evaluation.score.outputs:
        score = evaluation.score
        right = f"{numbers.count(score.correct)} of {numbers.count(score.outputs)} right"
        yield f"{right}, {numbers.percent_interval(evaluation.intervals.accuracy)}{_unusable(summary.rejections)}"
    elif evaluation is None and summary.tasks:
        answered = f"{numbers.count(summary.usable)} of {numbers.count(summary.tasks)} answered"
        yield f"{answered}{_unusable(summary.rejections)}"
    elif not summary.tasks:
        yield "There were no tasks to ask about"


def _unusable(rejections: Mapping[str, int]) -> str:
    number = sum(rejections.values())
    return f"; {numbers.things(number, 'answer')} can't be used" if number else ""


def next_step(finished: "RunResult") -> str:
    """The command that makes sense now, with why."""
    run, summary, evaluation = finished.run, finished.summary, finished.evaluation
    if any(kind in summary.failures for kind in RETRIED):
        failed = numbers.things(sum(summary.failures.values()), "task")
        return f"`ls-prompts retry {run.id}` asks again about the {failed} that got no answer"
    if summary.failures:
        return f"`ls-prompts results {quote(run.tag)} --failed` lists what got no answer"
    rejected = sum(summary.rejections.values())
    if evaluation is not None and evaluation.score.outputs - evaluation.score.correct > rejected:
        return f"`ls-prompts results {quote(run.tag)} --wrong` lists what is not right"
    if rejected:
        return f"`ls-prompts results {quote(run.tag)} --rejected` lists the answers that can't be used"
    if str(run.scope) != "all":
        return f"`ls-prompts run {quote(run.tag)} --on all` predicts all tasks of the project"
    return f"`ls-prompts use {quote(run.tag)}` gives annotators its predictions"


def notify_unanswered(finished: "RunResult") -> None:
    """Beside JSON: how many tasks got no answer, and which command asks them again."""
    summary = finished.summary
    notice = some_unanswered(summary.failures, summary.tasks, summary.refusal)
    if notice:
        notify(f"{in_commands(notice)} Then `ls-prompts retry {finished.run.id}` asks them again.")
