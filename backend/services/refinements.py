"""Refinements: searches for a better prompt that run in the background. Callers ask how far a search is.

The searches live in this process. If the process ends, a caller starts the search again. Nothing is paid for twice,
because all answers are stored.
"""

import logging
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from backend.domain.outcome import Outcome
from backend.errors import PromptsError, where
from backend.services.optimize.session import OptimizationResult
from backend.services.run_control.progress import Progress, Silent

log = logging.getLogger(__name__)
REFINEMENTS = "open-prompts-refinements"
"""Name under which a server keeps those of its page and its API."""
MOST_AT_WORK = 2
MOST_REMEMBERED = 100
TOO_MANY = f"{MOST_AT_WORK} prompts are being refined already: wait for one of them."
FAILED = "The search failed; the server's log says where. Ask for it again: what was answered is not paid again."


Search = Callable[[Progress], OptimizationResult]


class SearchProgress(Silent):
    """How far a search is.

    answers: of the model, stored ones included
    rewrites: answers of the teacher
    """

    def __init__(self) -> None:
        self.answers = 0
        self.rewrites = 0

    def add(self, outcomes: list[Outcome]) -> None:
        """A teacher is asked about no task, which is task 0."""
        rewrites = sum(outcome.task_id == 0 for outcome in outcomes)
        self.rewrites += rewrites
        self.answers += len(outcomes) - rewrites


@dataclass(frozen=True, slots=True)
class Refinement:
    """result: None until it is there
    failure: why there will be none
    """

    id: str
    tag: str
    result: OptimizationResult | None = None
    failure: str | None = None
    progress: SearchProgress = field(default_factory=SearchProgress)

    @property
    def is_open(self) -> bool:
        return self.result is None and self.failure is None


class Refinements:
    """Safe to share between threads."""

    def __init__(self) -> None:
        self._jobs: OrderedDict[str, Refinement] = OrderedDict()
        self._lock = threading.Lock()

    def start(self, tag: str, search: Search) -> Refinement:
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

    def _work(self, job: Refinement, search: Search) -> None:
        try:
            ended = replace(job, result=search(job.progress))
        except PromptsError as error:
            ended = replace(job, failure=str(error))
        except Exception as error:
            log.error("refining %s failed: %s", job.tag, where(error))
            ended = replace(job, failure=FAILED)
        with self._lock:
            self._jobs[job.id] = ended

    def _forget_oldest(self) -> None:
        oldest = next((refinement.id for refinement in self._jobs.values() if not refinement.is_open), None)
        if oldest is not None:
            del self._jobs[oldest]
