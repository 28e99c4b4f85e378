"""Ending: why work on a run stopped, noted in its record, whatever it was."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from backend.edges.run_store import RunStore
from backend.errors import PromptsError, RunError, where


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


@contextmanager
def noted_end(record: RunStore, run_id: str) -> Iterator[None]:
    """Notes the run as failed or canceled when the work in it ends with an error, and raises that on.

    A cancelled event loop is raised as Canceled: the run's pulse heard of it.
    """
    try:
        yield
    except Canceled:
        raise
    except Left as left:
        record.finish(run_id, "canceled", str(left))
        raise
    except PromptsError as error:
        record.finish(run_id, "failed", str(error))
        raise
    except asyncio.CancelledError:
        raise Canceled(run_id) from None
    except Exception as error:
        record.finish(run_id, "failed", f"Something unexpected happened: {where(error)}")
        raise
    except BaseException:
        record.finish(run_id, "canceled", "It was interrupted.")
        raise
