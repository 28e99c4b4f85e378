"""Relabelling: answers stored under another labelling config, read with the present names of its labels.

A label that was renamed in the config keeps its old name in annotations and in stored answers. `LabelSchema.renames`
maps it to its present name; a label that the config has always means itself.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from backend.domain.labels.controls.base import Control
from backend.domain.labels.controls.lists.repeated import one_item
from backend.domain.labels.controls.spans.marking import attributes_of, controls_in, if_marking
from backend.domain.labels.schema import LabelSchema
from backend.errors import ConfigChangedError

Renames = Mapping[str, Mapping[str, str]]
"""Control -> former label -> the label it became, as they are stored."""


def with_renames(schema: LabelSchema, renames: Renames) -> LabelSchema:
    """The present config's schema with earlier names of its labels.

    Labels may be renamed several times. A note about a label that the config has (again) has no effect.
    """
    fields = {control.name: control for control in controls_in(schema.fields)}
    followed = {name: _followed(links, fields[name].known_classes) for name, links in renames.items() if name in fields}
    return replace(schema, renames={name: links for name, links in followed.items() if links})


def with_current_labels(schema: LabelSchema, now: LabelSchema) -> LabelSchema:
    """A former config's `schema` with the names that its labels have `now`: the possible answers under it."""
    current = {control.name: control for control in controls_in(now.fields)}
    fields = (
        field.with_current_labels(now.renames.get(field.name, {}), current.get(field.name)) for field in schema.fields
    )
    whole = (
        if_marking(field, attributes=attributes_of(field).with_current_labels(field.name, now.renames, current))
        for field in fields
    )
    return replace(schema, fields=tuple(whole), renames=now.renames)


def same_answers(schema: LabelSchema, other: LabelSchema) -> bool:
    """Whether two configs accept the same answers, whatever hints they give for their labels."""
    return {field.answers for field in schema.fields} == {field.answers for field in other.fields}


def shared_schema(schemas: Sequence[LabelSchema]) -> LabelSchema:
    """The schema by which answers under all of these can be compared: common controls with common labels.

    Raises ConfigChangedError if there is no common control.
    """
    first, others = schemas[0], schemas[1:]
    if all(other == first for other in others):
        return first
    named = [{field.name: field for field in schema.fields} for schema in others]
    namesakes = ((field, [fields.get(field.name) for fields in named]) for field in first.fields)
    fields = tuple(field.shared(alike) for field, peers in namesakes if (alike := _alike(field, peers)) is not None)
    if not fields:
        raise ConfigChangedError(
            "The versions were saved with labelling configs that have no control in common: compare others."
        )
    return replace(first, fields=fields)


def formers(now: LabelSchema) -> Iterator[LabelSchema]:
    """What the config may have been before its labels were renamed: all of them, or one."""
    links = [(control, old, new) for control, renames in now.renames.items() for old, new in renames.items()]
    for undone in (links, *([link] for link in links)):
        yield _undone(now, undone)


def _followed(links: Mapping[str, str], classes: Iterable[str]) -> dict[str, str]:
    classes = set(classes)
    return {old: _end(old, links, classes) for old in links if old not in classes}


def _end(label: str, links: Mapping[str, str], classes: set[str]) -> str:
    passed = set[str]()
    while label in links and label not in classes and label not in passed:
        passed.add(label)
        label = links[label]
    return label


def _alike(field: Control, others: Sequence[Control | None]) -> list[Control] | None:
    """`others`, when all of them are there and of the same kind, as are those that repeated ones repeat."""
    kind, of_item = type(field), type(one_item(field))
    alike = [other for other in others if isinstance(other, kind) and isinstance(one_item(other), of_item)]
    return alike if len(alike) == len(others) else None


def _undone(now: LabelSchema, links: Iterable[tuple[str, str, str]]) -> LabelSchema:
    formers: dict[str, dict[str, str]] = {}
    for control, old, new in links:
        formers.setdefault(control, {})[new] = old
    fields = (field.with_former_labels(formers.get(field.name, {})) for field in now.fields)
    return replace(now, fields=tuple(fields), renames={})
