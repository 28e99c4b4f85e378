"""Task follower: starts runs for tasks that were imported since keep-up was turned on.

What it does follows from the database and from Label Studio alone, so a server that starts again, or a second one, goes
on where another stopped. A task is finished when it was part of a completed run. Answers of a run that stopped early
are stored, and are not paid for again.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile

from backend.adapters.database.projects.keep_ups import KeepUpStore
from backend.adapters.label_studio.client import LabelStudioClient
from backend.domain.keep_up import KeepUp, KeepUpState, other_limit, spent_up
from backend.domain.runs.run import OPEN, Run
from backend.domain.runs.stop_reason import RESUMABLE, StopKind
from backend.errors import PromptsError, RunError
from backend.services.keep_up.switching import no_version
from backend.services.run_control.status import RunStatus

EVERY_S = 180.0
"""Seconds between looks without a webhook, and after a run that failed; each further failure doubles the latter."""
MOST_S = 3600.0
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FollowerParts:
    """What a TaskFollower works with.

    in_use: project -> tag of the version that annotators get
    start: tag, tasks, budget in USD, who turned keep-up on -> a background run
    resume: continues a run, within the limits of who turned keep-up on
    watch: the progress of a run
    spent: project, day -> USD that its runs of that day cost; None if a price is unknown
    answered: those of these tasks for which the version `tag` has a stored answer
    today: YYYY-MM-DD (UTC)
    """

    keep_ups: KeepUpStore
    studio: LabelStudioClient
    in_use: Callable[[int], str | None]
    start: Callable[[str, tuple[int, ...], float, int | None], Run]
    resume: Callable[[str, int | None], object]
    watch: Callable[[str], RunStatus]
    spent: Callable[[int, str], float | None]
    answered: Callable[[str, Sequence[int]], list[int]]
    today: Callable[[], str]


@dataclass(frozen=True, slots=True)
class TaskFollower:
    parts: FollowerParts

    def look(self, project: int) -> bool:
        """One round for a project: starts a run if tasks wait and nothing stands against it. Trouble is stored, and
        tried again by a later round. True while a run is under way, after which another round is due."""
        keep_up = self.parts.keep_ups.of(project)
        if keep_up is None or not keep_up.on:
            return False
        try:
            trouble = self._round(keep_up)
        except PromptsError as error:
            trouble = str(error)
        if trouble != keep_up.trouble:
            self.parts.keep_ups.note(project, trouble=trouble)
            if trouble:
                log.warning("keep-up of project %d: %s", project, trouble)
        runs = self._runs(project)
        return bool(runs) and self.parts.watch(runs[-1]).run.status in OPEN

    def state(self, keep_up: KeepUp) -> KeepUpState:
        """Raises StudioError when Label Studio does not list tasks."""
        runs = self._runs(keep_up.project)
        waiting = self._waiting(keep_up) if keep_up.on else []
        return KeepUpState(keep_up, self._spent(keep_up.project), len(waiting), tuple(runs))

    def _round(self, keep_up: KeepUp) -> str:
        """Why it does not go on; "" if it does."""
        tag = self.parts.in_use(keep_up.project)
        if tag is None:
            return str(no_version(keep_up.project))
        runs = self._runs(keep_up.project)
        stop = self._held_up(keep_up, runs)
        if stop is not None:
            return stop
        waiting = self._waiting(keep_up)
        self._advance(keep_up, tag, waiting)
        return self._start(keep_up, tag, waiting) if waiting else ""

    def _held_up(self, keep_up: KeepUp, runs: list[str]) -> str | None:
        """Why no other run starts now, as before while one works; None if one may."""
        if not runs:
            return self._canceled_before(keep_up)
        newest = self.parts.watch(runs[-1])
        run = newest.run
        if run.status in OPEN:
            return keep_up.trouble
        if run.stop in RESUMABLE:
            return self._resume(keep_up, run)
        if _failed(run):
            waits = run.created > keep_up.changed and run.silent_s < self._patience(runs)
            return str(newest.notice) if waits else None
        if self._was_refused(keep_up, newest) and run.created > keep_up.changed:
            return other_limit(keep_up) if run.silent_s < MOST_S else None
        return _canceled(keep_up, run)

    def _resume(self, keep_up: KeepUp, run: Run) -> str:
        try:
            self.parts.resume(run.id, keep_up.user_id)
        except RunError as busy:
            return str(busy)
        return ""

    def _canceled_before(self, keep_up: KeepUp) -> str | None:
        """Whether the last run, which was of an earlier day, was canceled: another day changes nothing."""
        newest = self.parts.keep_ups.newest(keep_up.project)
        return None if newest is None else _canceled(keep_up, self.parts.watch(newest).run)

    def _waiting(self, keep_up: KeepUp) -> list[int]:
        """The tasks that were made since, and that no completed run had."""
        tasks = self.parts.studio.ids_after(keep_up.project, keep_up.since)
        done = self.parts.keep_ups.done(keep_up.project, keep_up.since, keep_up.budget) if tasks else set()
        return [task for task in tasks if task not in done]

    def _advance(self, keep_up: KeepUp, tag: str, waiting: list[int]) -> None:
        """Leaves out what is done with for some time, up to the first task that waits."""
        last = self.parts.keep_ups.last_for_good(keep_up.project, keep_up.since, keep_up.budget)
        last = min(last, waiting[0] - 1) if waiting else last
        if (last, tag) != (keep_up.since, keep_up.tag):
            self.parts.keep_ups.note(keep_up.project, since=last, tag=tag)

    def _start(self, keep_up: KeepUp, tag: str, waiting: list[int]) -> str:
        left = keep_up.budget - (self._spent(keep_up.project) or 0.0)
        trouble = spent_up(keep_up) if left <= self._too_little(keep_up) else ""
        # What is answered costs nothing more, and waits only to be pushed.
        tasks = self.parts.answered(tag, waiting) if trouble else waiting
        if tasks:
            try:
                run = self.parts.start(tag, tuple(tasks), max(left, 1e-9), keep_up.user_id)
            except RunError as busy:
                log.info("keep-up of project %d: %d tasks wait: %s", keep_up.project, len(tasks), busy)
                return trouble
            self.parts.keep_ups.add_run(keep_up.project, run.id, self.parts.today())
            log.info("run %s predicts %d new tasks of project %d", run.id, len(tasks), keep_up.project)
        return trouble

    def _runs(self, project: int) -> list[str]:
        """Ids of today's runs, oldest first."""
        return self.parts.keep_ups.runs(project, self.parts.today())

    def _spent(self, project: int) -> float | None:
        """USD today."""
        return self.parts.spent(project, self.parts.today())

    def _too_little(self, keep_up: KeepUp) -> float:
        """USD that were not enough for a request today; 0 if no run stopped at its budget. Tasks that are too large for
        all of a day's budget say nothing of others."""
        stopped = self.parts.keep_ups.runs(keep_up.project, self.parts.today(), StopKind.BUDGET)
        last = self.parts.watch(stopped[-1]) if stopped else None
        if last is None or last.run.budget is None:
            return 0.0
        if not last.counts.requests and not last.counts.spent_usd and last.run.budget >= keep_up.budget:
            return 0.0
        return last.run.budget - (last.counts.spent_usd or 0.0) + 1e-9

    def _was_refused(self, keep_up: KeepUp, newest: RunStatus) -> bool:
        """Whether the newest run had less than keep-up had left, from another limit, and too little for one request."""
        if newest.run.stop is not StopKind.BUDGET or newest.counts.spent_usd:
            return False
        return (newest.run.budget or 0.0) < keep_up.budget - (self._spent(keep_up.project) or 0.0) - 1e-9

    def _patience(self, runs: list[str]) -> float:
        """Seconds to wait after a run that failed."""
        failed = sum(1 for _ in takewhile(lambda run_id: _failed(self.parts.watch(run_id).run), reversed(runs)))
        return float(min(EVERY_S * 2 ** (failed - 1), MOST_S))


def _canceled(keep_up: KeepUp, run: Run) -> str | None:
    """What is said of a run that somebody canceled since keep-up was turned on; None of others."""
    by_person = run.status == "canceled" and run.stop is StopKind.OTHER
    if not by_person or run.created <= keep_up.changed:
        return None
    return f"Run {run.id} for new tasks of project {keep_up.project} was canceled: turn keep-up on again to go on."


def _failed(run: Run) -> bool:
    """Whether it is tried again later: whatever was in its way may pass."""
    return run.status == "failed" or run.stop is StopKind.MONTHLY_BUDGET
