"""Request resources: what requests need in addition to a version and a task: the addresses of models, and what makes
embeddings and reads files."""

from collections.abc import Callable
from dataclasses import dataclass

from backend.domain.few_shot.similarity import Embed
from backend.domain.pictures.loading import PictureSource


@dataclass(frozen=True, slots=True)
class RequestResources:
    """address: name of a connection -> base URL of its server; raises SettingsError where it cannot be asked
    embed: makes embeddings, for versions whose examples need them
    pictures: reads pictures and texts, for prompts that show some
    """

    address: Callable[[str], str]
    embed: Embed | None = None
    pictures: PictureSource | None = None
