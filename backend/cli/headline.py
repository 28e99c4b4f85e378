"""The headline of a run: in plain words what came of it, what got no answer and why; and what to do next."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from backend.cli import numbers

if TYPE_CHECKING:
    from backend.flows.runs import Finished

REMEDIES = {
    "timeout": "answers took longer than REQUEST_TIMEOUT_S: `ls-prompts doctor` says which CONCURRENCY and "
    "REQUEST_TIMEOUT_S fit this server",
    "deadline": "answers took too long: `ls-prompts doctor` says which CONCURRENCY fits this server",
    "rate_limited": "the provider's rate limit was reached: set CONCURRENCY lower",
    "connection": "the model's server could not be reached: start it, or correct OPENAI_BASE_URL",
    "server": "the model's server had trouble: see its log; a lower CONCURRENCY may help",
    "bad_task": "these tasks lack what the prompt asks about, or are too large",
    "bad_request": "the model's server refused the request: `ls-prompts try {tag} --task ID` shows one",
    "auth": "the provider refused the key: check OPENAI_API_KEY",
    "budget": "the budget was used up, or the answer was longer than it allows",
}
"""Kind of failure -> why, and what to set."""
OTHER = "`ls-prompts results {tag} --failed` says more"
RETRIED = ("timeout", "deadline", "rate_limited", "connection", "server", "crashed", "budget")


def headline(finished: "Finished") -> Iterator[str]:
    """One or a few sentences. What got no answer comes first: it is in no score."""
    summary, found = finished.summary, finished.evaluation
    failed = sum(summary.failures.values())
    if failed:
        yield f"{numbers.count(failed)} of {numbers.count(summary.tasks)} got no answer"
        yield from _remedies(summary.failures, finished.run.tag)
    if found is not None and found.score.outputs:
        score = found.score
        right = f"{numbers.count(score.correct)} of {numbers.count(score.outputs)} right"
        yield f"{right}, {numbers.percent_interval(found.intervals.accuracy)}{_unusable(summary.rejections)}"
    elif found is None and summary.tasks:
        answered = f"{numbers.count(summary.usable)} of {numbers.count(summary.tasks)} answered"
        yield f"{answered}{_unusable(summary.rejections)}"
    elif not summary.tasks:
        yield "There were no tasks to ask about"


def _remedies(failures: Mapping[str, int], tag: str) -> Iterator[str]:
    """The most frequent kinds first."""
    for kind, number in sorted(failures.items(), key=lambda item: -item[1]):
        yield f"  {numbers.count(number)} {kind}: {REMEDIES.get(kind, OTHER).format(tag=tag)}"


def _unusable(rejections: Mapping[str, int]) -> str:
    number = sum(rejections.values())
    return f"; {numbers.things(number, 'answer')} can't be used" if number else ""


def next_step(finished: "Finished") -> str:
    """The command that makes sense now, with why."""
    run, summary, found = finished.run, finished.summary, finished.evaluation
    if any(kind in summary.failures for kind in RETRIED):
        return f"`ls-prompts retry {run.id}` asks again about what got no answer"
    if summary.failures:
        return f"`ls-prompts results {run.tag} --failed` lists what got no answer"
    rejected = sum(summary.rejections.values())
    if found is not None and found.score.outputs - found.score.correct > rejected:
        return f"`ls-prompts results {run.tag} --wrong` lists what is not right"
    if rejected:
        return f"`ls-prompts results {run.tag} --rejected` lists the answers that can't be used"
    if run.subset != "all":
        return f"`ls-prompts run {run.tag} --on all` predicts all tasks of the project"
    return f"`ls-prompts use {run.tag}` gives annotators its predictions"
