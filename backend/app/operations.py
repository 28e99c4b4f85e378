"""Operations: the base of the groups of operations that do more than work on runs."""

from typing import Self

from backend.adapters.database.projects.looks import LookStore
from backend.app.work import WorkOperations
from backend.container import Container
from backend.services.dataset.truth_bases import TruthBases
from backend.settings import Settings


class Operations(WorkOperations):
    """Errors are `backend.errors.PromptsError`s."""

    container: Container

    def __init__(self, container: Container | None = None) -> None:
        """`container`: what it works with; by default made from the environment's settings."""
        super().__init__(container or Container())

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Returns operations with these settings, in place of those of the environment."""
        return cls(Container(settings))

    @property
    def bases(self) -> TruthBases:
        """What numbers from ground truths rest on."""
        return TruthBases(self.container.drawing, LookStore(self.container.store))
