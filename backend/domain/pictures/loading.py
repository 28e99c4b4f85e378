"""Tasks with the pictures and documents that a prompt shows of them. Who reads them is handed over: nothing is fetched
here."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from backend.domain.document import Document
from backend.domain.labels.inputs.files import FileObject
from backend.domain.outcome import Failure
from backend.domain.picture import Attachment, Picture
from backend.domain.task import Task

NOUNS = {"Image": "picture", "Pdf": "document"}


class PictureSource(Protocol):
    def read(self, project: int, addresses: Sequence[Any]) -> Sequence[Attachment | Failure]:
        """What is at each address in a project's tasks, or why there is nothing: `detail` is the end of a sentence
        that begins with the file."""

    def read_files(self, project: int, addresses: Sequence[Any]) -> Sequence[bytes | Failure]:
        """The same, of files that are texts."""


def shown_files(inputs: Iterable[object], variables: Iterable[str]) -> dict[str, FileObject]:
    """Those of a prompt's `variables` that are files: as a whole, or one of a list."""
    files: dict[str, FileObject] = {}
    for file in (read_input for read_input in inputs if isinstance(read_input, FileObject)):
        whole = re.compile(rf"{re.escape(file.value[1:])}(?:\[\d+\])?")
        files |= {name: replace(file, value=f"${name}") for name in variables if whole.fullmatch(name)}
    return files


def with_files(
    tasks: Sequence[Task], shown: Mapping[str, FileObject], source: PictureSource | None, project: int
) -> list[Task | Failure]:
    """Each task with its files, or why one of them cannot be shown. Equal addresses are read once.

    shown: see `shown_files`
    """
    if not shown:
        return list(tasks)
    addresses = [{name: image.addresses(task.data) for name, image in shown.items()} for task in tasks]
    wanted = list(
        {repr(address): address for named in addresses for listed in named.values() for address in listed}.values()
    )
    if source is None:
        return [Failure("bad_task", "Its files cannot be read here.")] * len(tasks)
    read = dict(zip(map(repr, wanted), source.read(project, wanted), strict=True))
    return [_loaded(task, named, read, shown) for task, named in zip(tasks, addresses, strict=True)]


def _loaded(
    task: Task,
    addresses: Mapping[str, Sequence[Any]],
    read: Mapping[str, Attachment | Failure],
    shown: Mapping[str, FileObject],
) -> Task | Failure:
    files: dict[str, tuple[Attachment, ...]] = {}
    for name, listed in addresses.items():
        results = [_fitting(read[repr(address)], shown[name].tag) for address in listed]
        for number, result in enumerate(results, 1):
            if isinstance(result, Failure):
                noun = NOUNS[shown[name].tag]
                which = f"Its {noun} '{name}'" if len(results) == 1 else f"{noun.capitalize()} {number} of its '{name}'"
                return replace(result, detail=f"{which} {result.detail}")
        files[name] = tuple(result for result in results if not isinstance(result, Failure))
    return replace(task, pictures=files)


def _fitting(file: Attachment | Failure, tag: str) -> Attachment | Failure:
    """What a tag can show."""
    if isinstance(file, Picture) and tag == "Pdf":
        return Failure("bad_task", "is a picture, and not a PDF file.")
    if isinstance(file, Document) and tag == "Image":
        return Failure("bad_task", "is a PDF file, and not a picture.")
    return file
