"""The target project: the project that predictions go to, with the version that annotators see there.

Label Studio clears the shown version when it is deleted. It is stored in the database before, so that after a kill the
next push or withdrawal shows it again. What may be repeated is repeated while Label Studio restarts.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from backend.adapters.database.projects.prediction_owners import OwnershipStore
from backend.adapters.database.prompts import Store
from backend.adapters.label_studio.client import LabelStudioClient
from backend.adapters.label_studio.http import Faulted, Refused, Unreachable
from backend.domain.labels.regions import answer_print, fingerprint
from backend.domain.predictions.index import IndexedPrediction, PredictionIndex
from backend.domain.predictions.marks import Marker
from backend.domain.prompts.version import belongs
from backend.services.predictions.ownership import Ownership

T = TypeVar("T")
PATIENCE_S = 120.0
PAUSE_S = 2.0
NOT_MARKED = -1
"""Says nothing that could be wanted: a prediction that is taken over is written anew, with our mark."""

Notify = Callable[[str], None]
"""Takes one sentence for the user."""


def unhindered() -> None:
    """Nothing stops the work."""


@dataclass(frozen=True)
class TargetProject:
    """`check`: is called before each request; what it raises ends the work."""

    studio: LabelStudioClient
    store: Store
    project: int
    notify: Notify
    check: Callable[[], None] = unhindered

    def surely(self, call: Callable[[], T]) -> T:
        """The result of `call`, which is repeated for two minutes while Label Studio does not answer, or answers 500.

        Raises Unreachable if it is not back by then, and what `check` raises.
        """
        until = None
        while True:
            self.check()
            try:
                return call()
            except Unreachable as error:
                if until is None:
                    until = time.monotonic() + PATIENCE_S
                    trouble = "fails" if isinstance(error, Faulted) else "does not answer"
                    self.notify(f"Label Studio {trouble}; waiting for it, two minutes at most.")
                elif time.monotonic() > until:
                    raise
            time.sleep(PAUSE_S)

    def wait(self, arrived: Callable[[], bool]) -> bool:
        """Whether something comes true within two minutes."""
        until = time.monotonic() + PATIENCE_S
        while not (came_true := arrived()) and time.monotonic() < until:
            time.sleep(PAUSE_S)
        return came_true

    @property
    def ownership(self) -> OwnershipStore:
        return OwnershipStore(self.store)

    def there(self, names: tuple[str, ...], take_over: bool = False) -> PredictionIndex:
        """The predictions of the prompt with these names; with `take_over` all of them count as ours."""
        return self.surely(lambda: PredictionIndex(self._predictions(names, take_over)))

    def _predictions(self, names: tuple[str, ...], take_over: bool) -> Iterator[IndexedPrediction]:
        ownership = Ownership(self.ownership, self.project, names)
        for prediction in self.studio.predictions(self.project):
            version = prediction.model_version
            if version and belongs(version, *names):
                own = ownership.has(prediction)
                says = fingerprint(prediction.score, prediction.result) if own or not take_over else NOT_MARKED
                answer = answer_print(prediction.result)
                yield IndexedPrediction(prediction.id, prediction.task_id, version, says, answer, own or take_over)

    def count(self, version: str) -> int:
        """Predictions of a version, as Label Studio counts them."""
        return self.surely(lambda: self.studio.model_versions(self.project)).get(version, 0)

    def delete_prediction(self, prediction: int) -> None:
        self.surely(lambda: self.studio.delete_prediction(prediction))

    def marked(self, item: Mapping[str, Any]) -> Mapping[str, Any]:
        """A prediction as Label Studio imports it, with our mark; one without a region has no place for it."""
        return {**item, "result": self.marker.marked(item["task"], item["model_version"], item["result"])}

    @cached_property
    def marker(self) -> Marker:
        return self.ownership.marker()

    def delete_version(self, version: str) -> None:
        """Deletes all predictions of a version. `show_again` must follow when there are no more."""
        model_version = self._model_version()
        if model_version:
            self.store.set_connection(self.project, to_show=model_version)
        self.surely(lambda: self.studio.delete_version(self.project, version))

    def show_again(self, names: tuple[str, ...], instead: str = "") -> None:
        """Shows the version that was shown before versions were deleted, unless somebody chose another one since.

        If that was a version of the prompt with these `names` and is gone, `instead` is shown; "" for nothing.
        """
        noted = self.store.connection(self.project)["to_show"]
        if noted is None:
            return
        if not self._model_version():
            is_deleted = belongs(noted, *names) and not self.count(noted) and not self._is_live(noted)
            self._show(noted, instead if is_deleted else noted)
        self.store.set_connection(self.project, to_show=None)

    def show_first(self, version: str) -> None:
        """Shows a version's predictions where there is nothing that annotators could see."""
        if (
            not self._model_version()
            and self.count(version)
            and not self.surely(lambda: self.studio.backends(self.project))
        ):
            self.surely(lambda: self.studio.show(self.project, version))

    def _is_live(self, title: str) -> bool:
        """Whether it is the name of a backend, which gives predictions when they are asked for."""
        return any(backend["title"] == title for backend in self.surely(lambda: self.studio.backends(self.project)))

    def _model_version(self) -> str:
        return self.surely(lambda: self.studio.project(self.project)).model_version

    def _show(self, noted: str, version: str) -> None:
        if not version:
            return
        try:
            self.surely(lambda: self.studio.show(self.project, version))
        except Refused as refusal:
            if refusal.status != 400:
                raise
            self.notify(f"Annotators saw {noted}, which was deleted: `ls-prompts use` selects another version.")
            return
        if version != noted:
            if self.store.connection(self.project)["in_use"] == noted:
                self.store.set_connection(self.project, in_use=version)
            self.notify(f"Annotators saw {noted}, which is replaced; they now see {version}.")
