"""What an RQ worker runs. A job carries a run's id and nothing else."""

import logging

from backend.app import App
from backend.errors import PromptsError
from backend.flows.runs import Interrupted
from backend.logs import about

log = logging.getLogger(__name__)


def work(run_id: str) -> None:
    """Works on a run to its end. What stops it is in the run's record; the worker goes on with the next."""
    with about(run=run_id):
        try:
            App().work_on_job(run_id)
        except Interrupted as stopped:
            log.info("%s", stopped)
        except PromptsError as error:
            log.error("run %s: %s", run_id, error)
