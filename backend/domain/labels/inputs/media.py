"""Media: what objects show to annotators and not to a model: sound, film, series of numbers, and files
that are not named by a single field."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

MEDIA_TAGS = ("Audio", "AudioPlus", "Video", "TimeSeries")


@dataclass(frozen=True, slots=True)
class MediaObject:
    """`value`: the tag's own, such as `$audio`. It is not a variable of a prompt."""

    tag: str
    value: str

    def read(self, data: Mapping[str, Any]) -> Mapping[str, str]:
        return {}


def on_media(inputs: Iterable[object]) -> list[str]:
    """A sentence for each kind of what a config shows to annotators alone."""
    tags = dict.fromkeys(media.tag for media in inputs if isinstance(media, MediaObject))
    return [
        f"The model does not get what <{tag}> shows: it is asked about the other texts and files of the task."
        for tag in tags
    ]
