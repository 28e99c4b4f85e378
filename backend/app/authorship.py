"""Who did what: who saved versions, started runs, and annotated with them."""

from collections.abc import Iterable, Mapping

from backend.adapters.database.actions import ActionStore
from backend.adapters.database.public_ids import PublicId, PublicIdStore
from backend.app.operations import Operations
from backend.domain.action import Action


class AuthorshipOperations(Operations):
    """See `backend.app.App`."""

    def version_ids(self) -> Mapping[str, PublicId]:
        """The API's integers for versions, with who saved them, by tag."""
        return PublicIdStore(self.container.store).by_tag()

    def run_ids(self, run_ids: Iterable[str]) -> Mapping[str, PublicId]:
        """The API's integers for runs, with who started them, by the run's id."""
        return PublicIdStore(self.container.store).runs(run_ids)

    def actions(self, tag: str | None = None) -> list[Action]:
        """What people did in Label Studio with the predictions of a version, or of all; newest first."""
        actions = ActionStore(self.container.store).all()
        return [action for action in actions if tag in (None, action.tag)]
