"""What a push will change for annotators, and whose predictions it meets. It is printed before any money is spent."""

from collections.abc import Iterator

from backend.adapters.database.prompts import Store
from backend.adapters.label_studio.client import LabelStudioClient
from backend.domain.prompts.version import PromptVersion, belongs


def changes(studio: LabelStudioClient, store: Store, version: PromptVersion, keep: bool) -> Iterator[str]:
    """Sentences: which versions' predictions are replaced (none with `keep`), and what annotators see.

    Raises StudioError.
    """
    project = version.project
    counts = _there(studio, project)
    older = {tag: number for tag, number in counts.items() if belongs(tag, *version.names) and tag not in version.tags}
    if older and not keep:
        which = ", ".join(f"{tag} ({number:,})" for tag, number in sorted(older.items()))
        yield (
            f"On its tasks, predictions of {version.tag} will replace those that this database pushed of {which}: "
            "--keep keeps both, --no-push leaves Label Studio alone."
        )
    shown, in_use = studio.project(project).shown, store.connection(project)["in_use"]
    if in_use and in_use not in version.tags:
        yield (
            f"Annotators of project {project} get {in_use}; on these tasks they will see {version.tag} too: "
            f"`ls-prompts use {version.tag}` shows them that version everywhere."
        )
    elif shown and shown not in version.tags:
        yield (
            f"Annotators of project {project} are shown {shown}, and the Data Manager's score column is of that: "
            f"`ls-prompts use {version.tag}` changes both."
        )
    elif not shown and not studio.backends(project):
        yield f"Annotators of project {project} are shown nothing yet; they will see {version.tag}."


def alike(studio: LabelStudioClient, store: Store, version: PromptVersion) -> list[str]:
    """Tags in the project that could be mistaken for those of a version that was just saved.

    These are its own tag, and for a new prompt all tags with its name.
    """
    new = len(store.versions(version.name)) == 1
    tags = _there(studio, version.project)
    return sorted(tag for tag in tags if belongs(tag, version.name) and (new or tag.partition("~")[0] == version.tag))


def _there(studio: LabelStudioClient, project: int) -> dict[str, int]:
    """Predictions by model_version."""
    return {version: number for version, number in studio.model_versions(project).items() if number}
