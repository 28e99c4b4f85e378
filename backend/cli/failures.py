"""What is said of the tasks of a run that got no answer: first of all, and which command asks again last of all."""

from typing import TYPE_CHECKING

from rich.console import Console

from backend.cli import numbers
from backend.cli.common import cell, tell
from backend.core.failures import unanswered

if TYPE_CHECKING:
    from backend.flows.runs import Finished


def print_unanswered(finished: "Finished", console: Console) -> None:
    """The first line there is, with what to set."""
    if finished.summary.failures:
        console.print(cell(unanswered(finished.summary.tasks, finished.summary.failures)), style="bold", soft_wrap=True)


def tell_retry(run_id: str, failed: int, tasks: int) -> None:
    """The last line, unless every task has its answer."""
    if failed:
        told = f"{numbers.count(failed)} of {numbers.things(tasks, 'task')} got no answer"
        tell(f"{told}: `ls-prompts retry {run_id}` asks again.")
