"""What a push will change for annotators, and whose predictions it meets. It is printed before any money is spent."""

from collections.abc import Iterator
from dataclasses import dataclass
from shlex import quote

from backend.adapters.database.prompts import Store
from backend.adapters.label_studio.client import LabelStudioClient
from backend.domain.prompts.version import PromptVersion, belongs
from backend.services.predictions.target_project import TargetProject


@dataclass(frozen=True, slots=True)
class PushForecast:
    """What becomes of a project's tasks when a version answers all of them.

    new: tasks without a prediction of the prompt
    replaced: tasks whose prediction by another version of the prompt is replaced
    kept: tasks that have one by this version
    foreign: predictions under the prompt's name that this database did not push, which stay
    """

    new: int
    replaced: int
    kept: int
    foreign: int


def push_forecast(target: TargetProject, version: PromptVersion, tasks: int) -> PushForecast:
    """`tasks`: how many the project has."""
    kept: set[int] = set()
    replaceable: set[int] = set()
    foreign = 0
    for prediction in target.there(version.names).all():
        if not prediction.ours:
            foreign += 1
        else:
            (kept if prediction.version in version.tags else replaceable).add(prediction.task_id)
    replaced = len(replaceable - kept)
    return PushForecast(max(0, tasks - len(kept) - replaced), replaced, len(kept), foreign)


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
    model_version, in_use = studio.project(project).model_version, store.connection(project)["in_use"]
    if in_use and in_use not in version.tags:
        yield (
            f"Annotators of project {project} get {in_use}; on these tasks they will see {version.tag} too: "
            f"`ls-prompts use {quote(version.tag)}` shows them that version everywhere."
        )
    elif model_version and model_version not in version.tags:
        yield (
            f"Annotators of project {project} are shown {model_version}, and the Data Manager's score column is of "
            f"that: `ls-prompts use {quote(version.tag)}` changes both."
        )
    elif not model_version and not studio.backends(project):
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
