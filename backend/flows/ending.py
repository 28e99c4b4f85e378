"""Ending: why work on a run stopped, noted in its record, whatever it was."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from backend.core.failures import unanswered
from backend.core.runs import FINAL, Run
from backend.core.search import is_search
from backend.edges.run_store import RunStore
from backend.errors import PromptsError, ProviderAwayError, RunError, where
from backend.flows.budget import REASON, OverBudget, stopped
from backend.flows.stop import Stopped


class Canceled(RunError):
    """Somebody canceled the run while it was worked on; its record says so already."""

    def __init__(self, run_id: str) -> None:
        super().__init__(f"Run {run_id} was canceled; what came is kept: `ls-prompts resume {run_id}` goes on.")


class Left(RunError):
    """The user left a run whose batch goes on at the provider."""

    def __init__(self, run_id: str) -> None:
        super().__init__(
            f"The batch goes on at the provider: `ls-prompts resume {run_id}` collects it, "
            f"`ls-prompts cancel {run_id}` cancels it."
        )


class Interrupted(RunError):
    """The process that worked on the run was told to end. `shared`: other workers go on."""

    def __init__(self, run_id: str, shared: bool) -> None:
        then = "another worker goes on" if shared else f"`ls-prompts resume {run_id}` goes on"
        super().__init__(f"Run {run_id} was stopped; what came is kept and {then}.")


@contextmanager
def noted_end(record: RunStore, run_id: str, shared: bool = False) -> Iterator[None]:
    """Notes the run as failed or canceled when the work in it ends with an error, and raises that on. One that is
    `shared` with other workers is theirs when this process ends: that is not noted.

    A cancelled event loop is raised as Canceled: the run's pulse heard of it. Stopped is raised as Interrupted.
    """
    try:
        yield
    except Canceled:
        raise
    except OverBudget:
        record.finish(run_id, "canceled", REASON)
        raise stopped(record.run(run_id)) from None
    except Left as left:
        record.finish(run_id, "canceled", str(left))
        raise
    except ProviderAwayError as error:
        raise _away(record, run_id, error) from None
    except PromptsError as error:
        record.finish(run_id, "failed", str(error))
        raise
    except asyncio.CancelledError:
        raise Canceled(run_id) from None
    except Stopped:
        raise _left(record, run_id, shared) from None
    except Exception as error:
        record.finish(run_id, "failed", f"Something unexpected happened: {where(error)}")
        raise
    except BaseException:
        _left(record, run_id, shared)
        raise


def check_answered(record: RunStore, run: Run) -> None:
    """Raises RunError when not one of the run's tasks was answered."""
    tasks, failures = record.asks.failures(run.id)
    if not tasks or sum(number for _, number in failures) < tasks:
        return
    kinds = Counter[str]()
    for failure, number in failures:
        kinds[failure.kind] += number
    said = f"{unanswered(tasks, kinds)} {failures[0][0].detail}"
    raise RunError(f"{said} `ls-prompts resume {run.id}` asks again.")


def _away(record: RunStore, run_id: str, error: ProviderAwayError) -> ProviderAwayError:
    """The provider is away for longer than a run waits: later the run may go on."""
    run = record.run(run_id)
    again = f"enhance {run.tag}" if is_search(run.subset) else f"resume {run_id}"
    away = ProviderAwayError(f"{error} What came is kept: `ls-prompts {again}` goes on.")
    record.finish(run_id, "failed", str(away))
    return away


def _left(record: RunStore, run_id: str, shared: bool) -> RunError:
    """Why this process works on the run no more, although it may not be at its end."""
    if record.run(run_id).status in FINAL:
        return Canceled(run_id)
    if not shared:
        record.finish(run_id, "canceled", "It was interrupted.")
    return Interrupted(run_id, shared)
