"""What an RQ worker runs. A job carries the id of a run and the number of a step, and nothing else."""

import logging
from functools import cache

from backend.app import App
from backend.errors import PromptsError
from backend.logs import about
from backend.services.run_control.termination import Interrupted

log = logging.getLogger(__name__)


@cache
def _app() -> App:
    """One for all jobs of a worker."""
    return App()


def step(run_id: str, number: int) -> None:
    """Does one step of a run. What stops it is in the run's record; the worker goes on with the next."""
    with about(run=run_id):
        try:
            _app().step(run_id, number)
        except Interrupted as stopped:
            log.info("%s", stopped)
        except PromptsError as error:
            log.error("run %s: %s", run_id, error)
