"""Caveats on a prompt that can be saved but may not do what was meant, one sentence each."""

import re
from collections.abc import Iterator, Mapping, Sequence

from backend.domain.characters import invisible, named, quoted
from backend.domain.data_paths import MISSING, look_up
from backend.domain.labels.controls.pictures.boxes import marked_picture
from backend.domain.labels.controls.spans.marking import controls_in
from backend.domain.labels.inputs.media import on_media
from backend.domain.labels.schema import LabelSchema
from backend.domain.task import Task

_MOST, _LONGEST = 5, 60


def caveats(template: str, variables: Sequence[str], schema: LabelSchema) -> list[str]:
    """Caveats on braces in the template around a variable, on what it does not show although controls are about it, on
    labels with invisible characters, and on what the model does not get."""
    return [*_braces(template, variables), *_unseen(template, schema), *_labels(schema), *on_media(schema.inputs)]


def _braces(template: str, variables: Sequence[str]) -> Iterator[str]:
    names = "|".join(map(re.escape, variables))
    matches = re.finditer(rf"\{{\{{(\s*)({names})\s*\}}\}}|\{{(\s+)({names})\s+\}}", template) if names else ()
    for written, spaces, name in dict.fromkeys((m[0], m[1] or m[3], m[2] or m[4]) for m in matches):
        effect = "is sent as it stands" if spaces else "puts the task's text between braces"
        yield f"{quoted(written, _LONGEST)} {effect}: write {{{name}}} for the text alone."


def _unseen(template: str, schema: LabelSchema) -> Iterator[str]:
    for field in schema.fields:
        picture = marked_picture(field)
        if picture is not None and f"{{{picture}}}" not in template:
            yield f"{quoted(field.name, _LONGEST)} marks a picture that the model does not see: add {{{picture}}}."
    first = {subject: f.name for f in reversed(schema.fields) for subject in schema.subjects.get(f.name, ())}
    for (tag, names), control in reversed(first.items()):
        if not any(re.search(rf"\{{{re.escape(name)}[.\[}}]", template) for name in names):
            add = ", ".join(f"{{{name}}}" for name in names[:_MOST])
            yield f"{quoted(control, _LONGEST)} is about {_an(tag)} that the model does not see: add {add}."


def _an(tag: str) -> str:
    return f"{'an' if tag.startswith('I') else 'a'} <{tag}>"


def _labels(schema: LabelSchema) -> list[str]:
    controls = controls_in(schema.fields)
    held = [(f.name, c.name, hidden) for f in controls for c in f.labels if (hidden := invisible(c.name))]
    sentences = [
        f"The label {quoted(label, _LONGEST)} of {quoted(control, _LONGEST)} holds {', '.join(map(named, hidden[:3]))}"
        ", which cannot be seen, and an answer without it is rejected: delete it from the labelling config."
        for control, label, hidden in held[:_MOST]
    ]
    return [*sentences, f"So do {len(held) - _MOST} more labels."] if len(held) > _MOST else sentences


def has(task: Task, name: str) -> bool:
    """Whether a task has a variable, even an empty one."""
    return look_up(task.data, name) is not MISSING


def lacking(variables: Sequence[str], columns: Mapping[str, int], tasks: int, some: Sequence[Task]) -> dict[str, str]:
    """Variable -> how many tasks lack it, in words, for variables that some tasks lack.

    columns: field -> how many of all `tasks` have it
    some: tasks in which paths, which are not fields, are looked up
    """
    lacks = {}
    for name in variables:
        if name in columns:
            lack, of = tasks - columns[name], f"{tasks:,} tasks"
        else:
            lack, of = sum(not has(task, name) for task in some), f"{len(some):,} tasks looked at"
        if lack > 0:
            lacks[name] = f"{lack:,} of {of}"
    return lacks


def on_lacking(lacks: Mapping[str, str], variables: Sequence[str]) -> list[str]:
    """The same as sentences."""
    then = "it stays empty there" if len(variables) > 1 else "they can't be asked about"
    return [f"{{{name}}} is missing in {many}: {then}." for name, many in lacks.items()]
