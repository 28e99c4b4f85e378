"""Pruning: which old runs may be deleted, and how much data that is."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PruneChoice:
    """What may go.

    before: runs that began before this moment, in ISO format
    project: runs of one project; None for all
    tags: runs of these versions; none for all
    """

    before: str
    project: int | None = None
    tags: Sequence[str] = ()

    @property
    def everything(self) -> bool:
        """Whether answers without a run may go, too: nobody knows their age or version."""
        return self.project is None and not self.tags


@dataclass(frozen=True, slots=True)
class Prunable:
    """Numbers. `size`: approximate bytes, of texts and log-probabilities."""

    runs: int
    answers: int
    size: int
