"""Finding, renaming and deleting prompt versions."""

from backend.adapters.database.deletions import DeletionStore
from backend.adapters.database.prompts import Store
from backend.advice import Advice
from backend.domain.prompts.version import PromptVersion, check_name, parse_tag
from backend.errors import PromptError


class Prompts:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._deletion = DeletionStore(store)

    def get(self, tag: str) -> PromptVersion:
        """The version of a tag; a bare name means its newest. Raises PromptError with the nearest name."""
        if "@" not in tag:
            versions = self.of(tag)
            return versions[-1]
        return self._store.version(*parse_tag(tag))

    def tags(self, which: str) -> list[str]:
        """A version's tag; the tags of all its versions for a bare name. Raises PromptError with the nearest name."""
        return [version.tag for version in ([self.get(which)] if "@" in which else self.of(which))]

    def versions_of(self, name: str) -> list[PromptVersion]:
        """All versions of a prompt, oldest first; none for a name that is free."""
        return self._store.versions(name)

    def of(self, name: str) -> list[PromptVersion]:
        """All versions of a prompt, oldest first. Raises PromptError when there is none."""
        versions = self._store.versions(name)
        if not versions:
            raise self._store.unknown(name)
        return versions

    def of_steps(self, version: PromptVersion) -> list[str]:
        """Tags of versions that ask each model of a cascade alone, with the same prompt, under any name.

        Raises PromptError for a version with one model, and if there is none for one of two.
        """
        if version.cascade is None:
            raise PromptError("A threshold is computed for two models, and one is named:", Advice.NAME_SECOND)
        tags = [self.same(step) for step in version.steps]
        for step, tag in zip(version.steps, tags, strict=True):
            if tag is None:
                raise PromptError(f"No version asks {step.reference} alone with this prompt:", Advice.SAVE_EACH_MODEL)
        return [tag for tag in tags if tag is not None]

    def same(self, version: PromptVersion) -> str | None:
        """The tag of the newest version of its project with the same content, under any name; None if there is none."""
        saved = [other for other in self._store.versions() if other.project == version.project]
        return next((other.tag for other in reversed(saved) if other.content == version.content), None)

    def rename(self, old: str, new: str) -> None:
        """Raises PromptError for an unknown name, for a new one that is taken, and while a run of it has not ended."""
        self.of(old)
        self._store.rename(old, check_name(new))

    def deletable(self, which: str) -> list[PromptVersion]:
        """What `delete` would delete: one version for NAME@N, all of a prompt for NAME. Raises PromptError when there
        is none, or one of them is in use."""
        versions = [self.get(which)] if "@" in which else self.of(which)
        self._deletion.check([version.tag for version in versions])
        return versions

    def delete(self, which: str) -> None:
        """Raises what `deletable` raises."""
        versions = self.deletable(which)
        if len(versions) == len(self.of(versions[0].name)):
            self._store.delete(versions[0].name)
        else:
            self._deletion.delete(versions[0].name, versions[0].number)

    def delete_version(self, tag: str) -> None:
        """Deletes one version, also the last one of its prompt, whose name stays taken.

        Raises what `deletable` raises.
        """
        (version,) = self.deletable(tag)
        self._deletion.delete(version.name, version.number)
