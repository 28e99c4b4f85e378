"""Tasks with the pictures that a prompt shows of them. Who reads them is handed over: nothing is fetched here."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from backend.domain.labels.inputs.images import ImageObject, picture_names
from backend.domain.outcome import Failure
from backend.domain.picture import Picture
from backend.domain.task import Task


class PictureSource(Protocol):
    def read(self, project: int, addresses: Sequence[Any]) -> Sequence[Picture | Failure]:
        """The picture at each address in a project's tasks, or why there is none: `detail` is the end of a sentence
        that begins with the picture."""


def shown_pictures(inputs: Iterable[object], variables: Iterable[str]) -> dict[str, ImageObject]:
    """Those of a prompt's `variables` that are pictures: as a whole, or one of a list."""
    names = "|".join(map(re.escape, picture_names(inputs))) or r"(?!)"
    whole = re.compile(rf"(?:{names})(?:\[\d+\])?")
    return {name: ImageObject(f"${name}") for name in variables if whole.fullmatch(name)}


def with_pictures(
    tasks: Sequence[Task], shown: Mapping[str, ImageObject], source: PictureSource | None, project: int
) -> list[Task | Failure]:
    """Each task with its pictures, or why one of them cannot be shown. Equal addresses are read once.

    shown: see `shown_pictures`
    """
    if not shown:
        return list(tasks)
    addresses = [{name: image.addresses(task.data) for name, image in shown.items()} for task in tasks]
    wanted = list({repr(one): one for named in addresses for listed in named.values() for one in listed}.values())
    if source is None:
        return [Failure("bad_task", "Its pictures cannot be read here.")] * len(tasks)
    read = dict(zip(map(repr, wanted), source.read(project, wanted), strict=True))
    return [_loaded(task, named, read) for task, named in zip(tasks, addresses, strict=True)]


def _loaded(
    task: Task, addresses: Mapping[str, Sequence[Any]], read: Mapping[str, Picture | Failure]
) -> Task | Failure:
    pictures: dict[str, tuple[Picture, ...]] = {}
    for name, listed in addresses.items():
        found = [read[repr(one)] for one in listed]
        for number, one in enumerate(found, 1):
            if isinstance(one, Failure):
                which = f"Its picture '{name}'" if len(found) == 1 else f"Picture {number} of its '{name}'"
                return replace(one, detail=f"{which} {one.detail}")
        pictures[name] = tuple(one for one in found if isinstance(one, Picture))
    return replace(task, pictures=pictures)
