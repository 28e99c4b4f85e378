"""Batch poller: takes batches from one step to the next at the provider: upload, create, look, download.

Before a step that may have been taken already, by us or by a killed process, it checks whether it was.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import IO, Protocol

from backend.adapters.database.runs.batches import BatchStore, StoredBatch
from backend.domain.chat.request import Completion
from backend.domain.outcome import Failure
from backend.domain.runs.batch_report import BatchReport, unanswered
from backend.domain.urls import public_url
from backend.errors import ProviderError

log = logging.getLogger(__name__)
LINES_AT_ONCE = 500
LEFT_AT_ONCE = 10

Reply = Completion | Failure


class Provider(Protocol):
    """The batch endpoint. Raises ProviderError, or ProviderAwayError for what may pass."""

    def upload(self, name: str, content: IO[bytes]) -> str: ...

    def find_file(self, name: str) -> str | None: ...

    def create(self, file_id: str) -> BatchReport: ...

    def find(self, file_id: str) -> BatchReport | None: ...

    def look(self, batch_id: str) -> BatchReport: ...

    def cancel(self, batch_id: str) -> None: ...

    def results(self, file_id: str, model: str) -> Iterator[tuple[str, Reply]]: ...

    def delete_file(self, file_id: str) -> None: ...


class BatchPoller:
    """`notify` hears of every batch's progress, when there is some; `brought` of what each brings, with its model."""

    def __init__(
        self,
        store: BatchStore,
        provider: Provider,
        notify: Callable[[str], None],
        brought: Callable[[str, Iterable[Reply]], None],
    ) -> None:
        self.store = store
        self._provider = provider
        self._notify = notify
        self._brought = brought
        self._last_reports: dict[str, str] = {}

    def step(self, batch: StoredBatch, file: IO[bytes] | None = None) -> bool:
        """Takes the next step; False when there is nothing but waiting. `file`: its requests, if they are at hand."""
        if batch.state == "open" and batch.batch_id is not None:
            return self._look(batch, batch.batch_id)
        if batch.state in ("uploaded", "creating") and batch.file_id is not None:
            self._create(batch, batch.file_id)
        else:
            self._upload(batch, file)
        return True

    def step_all(self, waiting: Sequence[StoredBatch], files: Mapping[str, IO[bytes]]) -> bool:
        """Takes the next step of each; False when there is nothing but waiting.

        files: the requests of those where they are at hand, by the batch's id

        Raises the first ProviderError after the open batches behind it were looked at: their answers are paid. What is
        not open yet may cost, and is left as it is then.
        """
        moved, errors = False, list[ProviderError]()
        for batch in waiting:
            if errors and batch.state != "open":
                continue
            try:
                moved = self.step(batch, files.get(batch.id)) or moved
            except ProviderError as error:
                errors.append(error)
        if errors:
            raise errors[0]
        return moved

    def cancel(self, run_id: str) -> bool:
        """Cancels a run's batches; what was answered by then comes with the next `step`. False when there is none.

        Raises the first ProviderError after all others were canceled, which would go on costing.
        """
        waiting = self.store.of_run(run_id)
        for batch in waiting:
            if batch.state == "uploaded":
                self._try_to_tidy(batch)
        self.store.cancel(run_id)
        errors = [error for batch in self.store.of_run(run_id) if (error := self._cancel(batch)) is not None]
        if errors:
            raise errors[0]
        return bool(waiting)

    def _cancel(self, batch: StoredBatch) -> ProviderError | None:
        """The error, if it could not be canceled."""
        try:
            created = self._provider.find(batch.file_id or "") if batch.state == "creating" else None
            opened = self.store.move(batch, "open", batch_id=created.id) if created else batch
            if opened is not None and opened.batch_id is not None:
                self._provider.cancel(opened.batch_id)
        except ProviderError as error:
            return error
        return None

    def _upload(self, batch: StoredBatch, file: IO[bytes] | None) -> None:
        uploaded = self._provider.find_file(batch.file_name) if batch.state == "uploading" else None
        if uploaded is None and file is None:
            self.store.drop(batch)  # its requests are written again
            return
        noted: StoredBatch | None = batch
        if uploaded is None and file is not None:
            noted = self.store.move(batch, "uploading")
            if noted is None:
                return
            file.seek(0)
            uploaded = self._provider.upload(batch.file_name, file)
        if noted is not None and uploaded is not None:
            self.store.move(noted, "uploaded", file_id=uploaded)

    def _create(self, batch: StoredBatch, file_id: str) -> None:
        created = self._provider.find(file_id) if batch.state == "creating" else None
        if created is None:
            if batch.canceled:
                self._try_to_tidy(batch)
                self.store.drop(batch, ("creating",))
                return
            noted = self.store.move(batch, "creating")
            if noted is None:
                return
            created, batch = self._provider.create(file_id), noted
        opened = self.store.move(batch, "open", batch_id=created.id)
        if opened is not None and opened.canceled:
            self._provider.cancel(created.id)

    def _look(self, batch: StoredBatch, batch_id: str) -> bool:
        report = self._provider.look(batch_id)
        if self._last_reports.get(batch.id) != str(report):
            self._last_reports[batch.id] = str(report)
            self._notify(f"Batch {batch_id}: {report}.")
        if not report.ended:
            return False
        for name in report.files:
            replies = self._provider.results(name, batch.model)
            while some := dict(islice(replies, LINES_AT_ONCE)):
                self.store.keep(batch, some)
                self._brought(batch.model, some.values())
        self.store.end(batch, unanswered(report))
        self._try_to_tidy(batch)
        return True

    def tidy(self, batch: StoredBatch) -> None:
        """Deletes what the provider has of a batch that is over: its requests, answers and errors. Raises
        ProviderError."""
        file = batch.file_id or self._provider.find_file(batch.file_name)
        results = self._provider.look(batch.batch_id).files if batch.batch_id else ()
        for name in (file, *results):
            if name is not None:
                self._provider.delete_file(name)
        self.store.tidy(batch)

    def tidy_left(self, base_url: str) -> None:
        """Tries it for some that are over and whose files could not be deleted then."""
        for batch in self.store.untidied(most=LEFT_AT_ONCE):
            if batch.base_url == public_url(base_url):
                self._try_to_tidy(batch)

    def _try_to_tidy(self, batch: StoredBatch) -> None:
        """Whoever comes next tries again."""
        try:
            self.tidy(batch)
        except ProviderError as error:
            log.warning("the files of batch %s are still at the provider: %s", batch.batch_id or batch.id, error)
