"""Refinements: searches for a better prompt that go on while their callers ask how far they are.

They live in this process. One that is lost with it is asked for again, and pays nothing twice: all answers are stored.
"""

import logging
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from backend.errors import PromptsError, where
from backend.services.optimize.session import OptimizationResult

log = logging.getLogger(__name__)
MOST_AT_WORK = 2
MOST_REMEMBERED = 100
TOO_MANY = f"{MOST_AT_WORK} prompts are being refined already: wait for one of them."
FAILED = "The search failed; the server's log says where. Ask for it again: what was answered is not paid again."


@dataclass(frozen=True, slots=True)
class Refinement:
    """`result`: None until it is there; `failure`: why there will be none."""

    id: str
    tag: str
    result: OptimizationResult | None = None
    failure: str | None = None

    @property
    def is_open(self) -> bool:
        return self.result is None and self.failure is None


class Refinements:
    """Safe to share between threads."""

    def __init__(self) -> None:
        self._jobs: OrderedDict[str, Refinement] = OrderedDict()
        self._lock = threading.Lock()

    def start(self, tag: str, search: Callable[[], OptimizationResult]) -> Refinement:
        """Begins a search, and returns at once; the one that is at work on this version, where there is one.

        Raises PromptsError when too many are at work.
        """
        with self._lock:
            at_work = [job for job in self._jobs.values() if job.is_open]
            if (same := next((job for job in at_work if job.tag == tag), None)) is not None:
                return same
            if len(at_work) >= MOST_AT_WORK:
                raise PromptsError(TOO_MANY)
            job = Refinement(secrets.token_hex(8), tag)
            self._jobs[job.id] = job
            if len(self._jobs) > MOST_REMEMBERED:
                self._forget_oldest()
        threading.Thread(target=self._work, args=(job, search), name=f"refine-{tag}", daemon=True).start()
        return job

    def get(self, tag: str, job: str | None) -> Refinement | None:
        """The one with this id, without one the newest of the version; None when there is none."""
        with self._lock:
            matching = [item for item in self._jobs.values() if item.tag == tag and job in (None, item.id)]
        return matching[-1] if matching else None

    def _work(self, job: Refinement, search: Callable[[], OptimizationResult]) -> None:
        try:
            ended = Refinement(job.id, job.tag, search())
        except PromptsError as error:
            ended = Refinement(job.id, job.tag, failure=str(error))
        except Exception as error:
            log.error("refining %s failed: %s", job.tag, where(error))
            ended = Refinement(job.id, job.tag, failure=FAILED)
        with self._lock:
            self._jobs[job.id] = ended

    def _forget_oldest(self) -> None:
        oldest = next((refinement.id for refinement in self._jobs.values() if not refinement.is_open), None)
        if oldest is not None:
            del self._jobs[oldest]
