"""Forget: deletes everything that is stored about a project's tasks, here and in files at the model's provider."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from backend.adapters.database.projects.project_data import ForgetStore
from backend.adapters.database.runs.batches import BatchStore, StoredBatch
from backend.adapters.database.runs.runs import RunStore
from backend.adapters.files.atomic_output import remove
from backend.advice import Advice
from backend.domain.held import Held
from backend.domain.runs.run import ALIVE_S
from backend.errors import RunError
from backend.services.predictions.target_project import Notify
from backend.services.run_control.ownership import is_owned, may_store
from backend.services.runs.batch.poller import BatchPoller

MakePoller = Callable[[Notify], BatchPoller]


@dataclass(frozen=True, slots=True)
class Forgetting:
    """Deletes a project's data.

    logs: the folder with the output of background runs
    make_pollers: gives for each provider's address, as it is stored, who looks after batches there
    """

    stored_data: ForgetStore
    runs: RunStore
    batches: BatchStore
    make_pollers: Callable[[], Mapping[str, MakePoller]]
    logs: Path

    def held(self, project: int) -> Held:
        return self.stored_data.held(project)

    def forget(self, project: int, notify: Notify) -> Held:
        """What was held. Files at another provider than today's are named to `notify`. Can be repeated.

        Raises RunError while something is under way, ProviderError when files there can't be deleted; then nothing is
        deleted here.
        """
        runs = [run for run in self.runs.runs() if run.project == project]
        for run in runs:
            if run.status == "pending" or is_owned(run):
                raise RunError(f"Run {run.id} is under way:", Advice.CANCEL_FIRST, run=run.id)
            if may_store(run):
                raise RunError(f"Run {run.id} stores its last answers: forget again in {ALIVE_S:.0f} seconds.")
        self._empty_provider(self.batches.untidied(project), notify)
        held = self.held(project)
        self.stored_data.forget(project)
        for run in runs:
            remove(self.logs / f"{run.id}.log")
        return held

    def _empty_provider(self, batches: list[StoredBatch], notify: Notify) -> None:
        makers = self.make_pollers()
        for batch in batches:
            if batch.base_url in makers:
                poller = makers[batch.base_url](notify)
                self._close(poller, batch)
                poller.tidy(batch)
            elif batch.file_id:
                notify(f"File {batch.file_id} is at {batch.base_url}, another provider than today's: delete it there.")

    def _close(self, poller: BatchPoller, batch: StoredBatch) -> None:
        """Ends an open batch. Its answers are stored first, and deleted with the rest."""
        if batch.state in ("creating", "open"):
            poller.cancel(batch.run_id)
            under_way = self.batches.of_run(batch.run_id)
            if not all(poller.step(open_batch) for open_batch in under_way if open_batch.id == batch.id):
                raise RunError("A batch is being canceled at the provider: forget again in a few minutes.")
