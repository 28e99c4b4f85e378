"""Ownership: which predictions in Label Studio this database pushed. A tag does not say who pushed it."""

import logging
from collections.abc import Mapping
from typing import Any

from backend.adapters.database.projects.prediction_owners import OwnershipStore
from backend.adapters.label_studio.predictions import Prediction
from backend.domain.prompts.version import parse_tag
from backend.errors import StoreError

log = logging.getLogger(__name__)

Tasks = frozenset[int] | None
"""None for all."""


class Ownership:
    """Of the predictions of one prompt in one project, each asked about once. `names`: its name, then former ones."""

    def __init__(self, store: OwnershipStore, project: int, names: tuple[str, ...]) -> None:
        self._store = store
        self._project = project
        self._name = names[0]
        self._marker = store.marker()
        self._before: dict[str, Tasks] = {}
        self._empty: dict[str, set[int]] = {}

    def has(self, prediction: Prediction) -> bool:
        """Whether a prediction of the prompt is ours.

        It carries our mark, or the database knows it from the time before marks, or as one without a region and so
        without a place for a mark.
        """
        version, task = str(prediction.model_version), prediction.task_id
        if self._marker.is_on(task, version, prediction.result):
            return True
        if version not in self._before:
            self._before[version] = self._pushed_before(version)
        tasks = self._before[version]
        if tasks is None or task in tasks:
            return True
        return not prediction.result and self._is_claimed_empty(version, task)

    def _is_claimed_empty(self, version: str, task: int) -> bool:
        if version not in self._empty:
            self._empty[version] = self._store.noted(self._project, version)
        left = self._empty[version]
        is_ours = task in left
        left.discard(task)
        return is_ours

    def _pushed_before(self, version: str) -> Tasks:
        tag = f"{self._name}@{parse_tag(version.partition('~')[0])[1]}"
        if self._store.served_unmarked(self._project) == tag:
            return None
        return frozenset() if "~" in version else frozenset(self._store.pushed_unmarked(tag))


def signed(
    store: OwnershipStore, project: int, version: str, predictions: Mapping[int, dict[str, Any]]
) -> list[dict[str, Any]]:
    """Live predictions by task (`{}` for none), with our mark; without it if the database cannot be read."""
    try:
        marker = store.marker()
        store.note(project, version, [task for task, item in predictions.items() if item.get("result") == []])
    except StoreError as error:
        log.error("project %s: live predictions are not marked as ours: %s", project, error)
        return list(predictions.values())
    return [
        {**item, "result": marker.marked(task, version, item["result"])} if "result" in item else item
        for task, item in predictions.items()
    ]
