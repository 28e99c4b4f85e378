"""What former releases made of a labelling config.

A version that a former release saved asks for the same, in the same words. So its stored answers are found, and none is
paid for twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Protocol

from backend.domain.hashing import digest
from backend.domain.labels.controls.base import Control
from backend.domain.labels.controls.lists.repeated import RepeatedControl
from backend.domain.labels.controls.registry import KINDS
from backend.domain.labels.controls.spans.attributes import NO_ATTRIBUTES, Attributes
from backend.domain.labels.controls.spans.marking import attributes_of, if_marking
from backend.domain.labels.controls.spans.relations import RelationsControl
from backend.domain.labels.controls.task_choices import TaskChoices
from backend.domain.labels.inputs.files import FileObject, file_names
from backend.domain.labels.inputs.linked import LinkedText, linked_forms
from backend.domain.labels.inputs.read_inputs import ReadInput, lines_of_texts, others_than, without
from backend.domain.labels.inputs.repeated import RepeatedObject
from backend.domain.labels.known_kinds import of_kinds
from backend.domain.labels.related import without_later, without_relations

EMPTY: dict[str, Any] = {"heading": (), "conditions": (), "required": False}
"""What the model was not told of a control once, and what then stands in its place."""
FIRST = tuple(EMPTY)
HEADINGS = ("heading",)


@dataclass(frozen=True)
class Reading:
    """The controls (`fields`) that a version asks for, what it may ask about, and what of the controls it does not tell
    the model."""

    fields: tuple[Control, ...]
    variables: tuple[str, ...]
    inputs: tuple[ReadInput, ...]
    omitted: tuple[str, ...] = ()

    def without(self, attributes: Sequence[str]) -> "Reading":
        """This one, telling none of the attributes that some control has."""
        return replace(self, omitted=tuple(a for a in attributes if any(getattr(field, a) for field in self.fields)))


class HasInputs(Protocol):
    """What a Reading and a LabelSchema have."""

    @property
    def fields(self) -> tuple[Control, ...]: ...

    @property
    def variables(self) -> tuple[str, ...]: ...

    @property
    def inputs(self) -> tuple[ReadInput, ...]: ...


def schema_digest(reading: HasInputs, rules: bool = True, headings: bool = False) -> str:
    """Of what releases put into it, the later ones more.

    rules: conditions and what is required
    headings: that the model is told some, not what they say
    """
    field_rules = {field.name: field.rules for field in reading.fields if rules and field.rules is not None}
    pictures = file_names(reading.inputs)
    parts: dict[str, Any] = {"fields": [field.identity for field in reading.fields], "variables": reading.variables}
    later = {"rules": field_rules, "headings": headings, "pictures": pictures, "linked": linked_forms(reading.inputs)}
    later["lines"] = lines_of_texts(reading.inputs)
    return digest(parts | {name: part for name, part in later.items() if part})


def readings(now: Reading, former: Sequence[str]) -> dict[str, Reading]:
    """Digest -> what it stands for: all of it first, then what each former release knew, the newest first.

    former: the variables that the first release knew
    """
    by_digest: dict[str, Reading] = {}
    for kinds in _known_kinds(now.fields):
        for made, reading in _of_kinds(replace(now, fields=kinds), former) if kinds else ():
            by_digest.setdefault(made, reading)
    return by_digest


def _known_kinds(controls: tuple[Control, ...]) -> Iterator[tuple[Control, ...]]:
    """Those of `controls` that each release knew; before, what a task brings stood in place of what the config lists;
    earlier, there were no spans in texts that are loaded and no labels of
    them that the task brings, no relations, and spans had no attributes."""
    apart = tuple(map(_apart, controls))
    near = without_later(apart)
    alone = without_relations(near)
    bare = tuple(if_marking(field, attributes=NO_ATTRIBUTES) for field in alone)
    stages = (controls, apart, near, alone, bare)
    for stage in (stage for number, stage in enumerate(stages) if stage not in stages[:number]):
        for count in range(len(KINDS), 0, -1):
            yield of_kinds(stage, (*tuple(KINDS)[:count], RelationsControl.tag))


def _apart(control: Control) -> Control:
    """See `TaskChoices.apart`; also what is asked of each span, and of each item."""
    if isinstance(control, TaskChoices):
        return control.apart()
    if isinstance(control, RepeatedControl):
        return replace(control, inner=_apart(control.inner))
    parts = tuple(replace(part, control=_apart(part.control)) for part in attributes_of(control).parts)
    return if_marking(control, attributes=Attributes(parts)) if parts else control


def _of_kinds(first: Reading, former: Sequence[str]) -> Iterator[tuple[str, Reading]]:
    """What releases that knew the same kinds of controls made of them, the newest first; repeated texts were no
    variables `lately`, texts were not `loaded`, pictures were none `before`, and earlier still lists and tables were
    not."""
    lately = _reading_only(first, without(RepeatedObject, first.inputs))
    loaded = _reading_only(lately, without(LinkedText, lately.inputs))
    before = _reading_only(loaded, without(FileObject, loaded.inputs))
    earlier = _reading_only(before, ())
    for reading in (first, lately, loaded, before, earlier):
        yield schema_digest(reading), reading.without(HEADINGS)
        yield schema_digest(reading, headings=True), reading
    yield schema_digest(replace(earlier, variables=tuple(former)), rules=False), earlier.without(FIRST)


def _reading_only(reading: Reading, inputs: tuple[ReadInput, ...]) -> Reading:
    """With these of its inputs, and without the variables of the others."""
    removed = [read_input for read_input in reading.inputs if read_input not in inputs]
    return replace(reading, variables=others_than(removed, reading.variables), inputs=inputs)


def without_omitted(field: Control, omitted: Sequence[str]) -> Control:
    """The control as the model is told of it."""
    made: Any = field
    names = {attribute.name for attribute in fields(made)}
    kept: Control = replace(made, **{name: EMPTY[name] for name in omitted if name in names})
    return kept
