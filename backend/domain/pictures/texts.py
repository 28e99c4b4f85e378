"""Tasks with the texts that the browser would load or decode for them. The caller passes the source that reads files;
nothing is fetched here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from backend.domain.data_paths import MISSING, look_up
from backend.domain.labels.controls.spans.labels import marked_text
from backend.domain.labels.inputs.linked import NOUNS, LinkedText
from backend.domain.labels.inputs.values import field_of
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Failure
from backend.domain.pictures.loading import PictureSource, shown_files
from backend.domain.task import Task

Linked = Mapping[str, LinkedText]
"""By variable."""


def linked_texts(schema: LabelSchema, variables: Iterable[str] = ()) -> dict[str, LinkedText]:
    """Those in which a control marks something, and those of a prompt's `variables`: as a whole, or a part of one."""
    marked = {field_of(text.value) for field in schema.fields if (text := marked_text(field)) is not None}
    used = tuple(variables)
    named = {text.value[1:]: text for text in schema.inputs if isinstance(text, LinkedText)}
    return {name: text for name, text in named.items() if name in marked or any(_is_of(part, name) for part in used)}


def reads_files(schema: LabelSchema, variables: Sequence[str]) -> bool:
    """Whether a prompt with these variables shows what does not stand in the task's data."""
    return bool(shown_files(schema.inputs, variables) or linked_texts(schema, variables))


def _is_of(variable: str, name: str) -> bool:
    return variable == name or variable.startswith((f"{name}.", f"{name}["))


def with_texts(tasks: Sequence[Task], linked: Linked, source: PictureSource | None, project: int) -> list[Task]:
    """Each task with what its `linked` texts say, a Failure in place of one that cannot be read. Equal addresses are
    read once, and a task that has its texts is left alone."""
    if not linked:
        return list(tasks)
    named = [(name, text, task.data) for task in tasks for name, text in _missing(task, linked).items()]
    addresses = list(dict.fromkeys(_address(name, data) for name, text, data in named if text.is_elsewhere))
    files = dict(zip(addresses, _read(addresses, source, project), strict=True))
    return [_with(task, _missing(task, linked), files) for task in tasks]


def trouble_with(task: Task, linked: Linked) -> Failure | None:
    """Why a text of the task cannot be read; None if all can be."""
    return next((text for name in linked if isinstance(text := task.texts.get(name), Failure)), None)


def _missing(task: Task, linked: Linked) -> Linked:
    there = task.texts
    return {name: text for name, text in linked.items() if name not in there and _address(name, task.data)}


def _address(name: str, data: Mapping[str, Any]) -> str:
    """What stands in the task; "" for nothing, which stays empty."""
    value = look_up(data, name)
    return "" if value is MISSING or value is None else str(value)


def _read(addresses: Sequence[str], source: PictureSource | None, project: int) -> Sequence[bytes | Failure]:
    if addresses and source is None:
        return [Failure("bad_task", "cannot be read here.")] * len(addresses)
    return source.read_files(project, addresses) if source and addresses else []


def _with(task: Task, linked: Linked, files: Mapping[str, bytes | Failure]) -> Task:
    texts = {name: _text(name, text, _address(name, task.data), files) for name, text in linked.items()}
    return replace(task, texts={**task.texts, **texts}) if texts else task


def _text(name: str, linked: LinkedText, address: str, files: Mapping[str, bytes | Failure]) -> Any:
    what = f"Its {NOUNS[linked.tag]} '{name}'"
    content = files[address] if linked.is_elsewhere else address
    if isinstance(content, Failure):
        return replace(content, detail=f"{what} {content.detail}")
    try:
        return linked.of_text(content) if isinstance(content, str) else linked.of_file(content)
    except ValueError as error:
        return Failure("bad_task", f"{what} {error}")
