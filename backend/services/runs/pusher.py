"""Pusher: what became of tasks -> predictions in Label Studio."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from backend.adapters.database.prompts import Store
from backend.adapters.label_studio.client import LabelStudioClient
from backend.domain.outcome import Outcome
from backend.domain.predictions.diff import WantedPrediction, wanted_of
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.predictions.sync import PushResult, push
from backend.services.predictions.target_project import Notify, TargetProject
from backend.services.run_control.ownership import is_owned, only_one
from backend.services.runs.stored_outcomes import StoredOutcomes

Pages = Iterable[Sequence[Outcome]]


@dataclass(frozen=True, slots=True)
class Pusher:
    store: Store
    studio: LabelStudioClient

    def push_run(
        self, resolved: ResolvedVersion, pages: Pages, keep: bool, notify: Notify, check: Callable[[], None]
    ) -> PushResult:
        """Pushes what became of the tasks of a run. Raises what `check` raises, which is called before each request."""
        target = replace(self.target(resolved, notify), check=check)
        pushed = push(target, resolved.version, _expected(resolved, pages), keep)
        target.show_first(resolved.version.tag)
        return pushed

    def push_again(
        self, stored: StoredOutcomes, resolved: ResolvedVersion, keep: bool, notify: Notify, take_over: bool = False
    ) -> PushResult:
        """Pushes the stored answers of a version. Raises RunError while a run of it is under way: two pushes at
        once would import the same predictions twice."""
        for run in stored.run_store.runs(resolved.version.tag):
            if is_owned(run):
                only_one(run)
        expected = _expected(resolved, stored.of_version(resolved))
        return push(self.target(resolved, notify), resolved.version, expected, keep, take_over)

    def target(self, resolved: ResolvedVersion, notify: Notify) -> TargetProject:
        """Where a version's predictions go. Tells of a calibration that does not apply to their scores."""
        if caveat := resolved.calibration_caveat:
            notify(caveat)
        return TargetProject(self.studio, self.store, resolved.project.id, notify)


def _expected(resolved: ResolvedVersion, pages: Pages) -> Iterable[WantedPrediction]:
    return (wanted_of(page, resolved.schema, resolved.version, resolved.calibrators) for page in pages)
