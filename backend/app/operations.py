"""Operations: what all groups of operations share."""

from backend.adapters.database.looks import LookStore
from backend.container import Container
from backend.services.dataset.truth_bases import TruthBases


class Operations:
    """Errors are `backend.errors.PromptsError`s."""

    def __init__(self, container: Container | None = None) -> None:
        """`container`: what it works with; by default made from the environment's settings."""
        self.container = container or Container()

    @property
    def bases(self) -> TruthBases:
        """What numbers from ground truths rest on."""
        return TruthBases(self.container.drawing, LookStore(self.container.store))

    def connection_of(self, tag: str) -> str:
        """The name of the connection through which a version is asked."""
        return self.container.prompts.get(tag).connection
