"""Tasks with the pictures and documents that a prompt shows of them. The caller passes the source that reads them;
nothing is fetched here."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from backend.domain.document import Document
from backend.domain.labels.inputs.files import FileObject
from backend.domain.outcome import Failure
from backend.domain.picture import Attachment, Picture
from backend.domain.task import Task

AT_ONCE = 16
"""Tasks on a page whose requests hold files."""
MOST = 50
"""Files that one variable of a task may have."""
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


def small_pages(pages: Iterable[list[Task]], inputs: Mapping[str, FileObject]) -> Iterator[list[Task]]:
    """`pages` cut where they have AT_ONCE tasks, or more than MOST files, so that few are in memory at a time."""
    for page in pages:
        cut, files = list[Task](), 0
        for task in page:
            more = sum(len(file.addresses(task.data)) for file in inputs.values())
            if cut and (len(cut) == AT_ONCE or files + more > MOST):
                yield cut
                cut, files = [], 0
            cut, files = [*cut, task], files + more
        yield cut


def with_files(
    tasks: Sequence[Task], inputs: Mapping[str, FileObject], source: PictureSource | None, project: int
) -> list[Task | Failure]:
    """Each task with its files, or why one of them cannot be shown. Equal addresses are read once.

    inputs: see `shown_files`
    """
    if not inputs:
        return list(tasks)
    addresses = [_bounded({name: file.addresses(task.data) for name, file in inputs.items()}) for task in tasks]
    held = [named for named in addresses if not isinstance(named, Failure)]
    distinct = list(
        {repr(address): address for named in held for listed in named.values() for address in listed}.values()
    )
    if source is None:
        return [Failure("bad_task", "Its files cannot be read here.")] * len(tasks)
    read = dict(zip(map(repr, distinct), source.read(project, distinct), strict=True))
    return [_loaded(task, named, read, inputs) for task, named in zip(tasks, addresses, strict=True)]


def _bounded(addresses: dict[str, Sequence[Any]]) -> dict[str, Sequence[Any]] | Failure:
    """Of one task; whoever made it may have put any number into it."""
    name, count = max(((name, len(listed)) for name, listed in addresses.items()), key=lambda pair: pair[1])
    if count > MOST:
        return Failure("bad_task", f"Its '{name}' has {count:,} files; the most is {MOST}.")
    return addresses


def _loaded(
    task: Task,
    addresses: Mapping[str, Sequence[Any]] | Failure,
    read: Mapping[str, Attachment | Failure],
    inputs: Mapping[str, FileObject],
) -> Task | Failure:
    if isinstance(addresses, Failure):
        return addresses
    files: dict[str, tuple[Attachment, ...]] = {}
    for name, listed in addresses.items():
        results = [_fitting(read[repr(address)], inputs[name].tag) for address in listed]
        for number, result in enumerate(results, 1):
            if isinstance(result, Failure):
                noun = NOUNS[inputs[name].tag]
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
