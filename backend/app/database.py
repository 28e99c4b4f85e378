"""Operations that need only the database: on prompt versions, and on who did what.

Commands that need only these start in half the time, because nothing that works with Label Studio or with models is
imported.
"""

from collections.abc import Iterable, Mapping

from backend.adapters.database.projects.actions import ActionStore
from backend.adapters.database.public_ids import PublicIdStore
from backend.container.database import DatabaseParts
from backend.domain.action import Action
from backend.domain.prompts.version import PromptVersion
from backend.domain.public_id import PublicId
from backend.settings import Settings


class DatabaseOperations:
    """Errors are `backend.errors.PromptsError`s."""

    def __init__(self, container: DatabaseParts | None = None) -> None:
        """`container`: what it works with; by default made from the environment's settings."""
        self.container = container or DatabaseParts()

    @property
    def settings(self) -> Settings:
        """The settings of this installation; keys and passwords are in it as secrets."""
        return self.container.settings

    def version(self, tag: str) -> PromptVersion:
        return self.container.prompts.get(tag)

    def versions(self, name: str | None = None) -> list[PromptVersion]:
        return self.container.prompts.of(name) if name else self.container.store.versions()

    def rename(self, old: str, new: str) -> None:
        self.container.prompts.rename(old, new)

    def deletable(self, which: str) -> list[PromptVersion]:
        """The versions that `delete` would delete. Raises PromptError when one of them is in use."""
        return self.container.prompts.deletable(which)

    def delete(self, which: str) -> None:
        """A version (NAME@N), or a prompt with all its versions (NAME)."""
        self.container.prompts.delete(which)

    def version_ids(self) -> Mapping[str, PublicId]:
        """The API's integers for versions, with who saved them, by tag."""
        return PublicIdStore(self.container.store).by_tag()

    def run_ids(self, run_ids: Iterable[str]) -> Mapping[str, PublicId]:
        """The API's integers for runs, with who started them, by the run's id."""
        return PublicIdStore(self.container.store).runs(list(run_ids))

    def actions(self, tag: str | None = None) -> list[Action]:
        """What people did in Label Studio with the predictions of a version, or of all; newest first."""
        actions = ActionStore(self.container.store).all()
        return [action for action in actions if tag in (None, action.tag)]
