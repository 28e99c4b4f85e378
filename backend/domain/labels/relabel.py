"""Relabelling: answers stored under another labelling config, read with the present names of its labels.

A label that was renamed in the config keeps its old name in annotations and in stored answers. `LabelSchema.renames`
maps it to its present name; a label that the config has always means itself.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from backend.domain.labels.choice_names import Choice
from backend.domain.labels.schema import AnyField, LabelSchema
from backend.errors import ConfigChangedError

Renames = Mapping[str, Mapping[str, str]]
"""Control -> former label -> the label it became, as they are stored."""


def with_renames(schema: LabelSchema, renames: Renames) -> LabelSchema:
    """The present config's schema with earlier names of its labels.

    Labels may be renamed several times. A note about a label that the config has (again) has no effect.
    """
    fields = {field.name: field for field in schema.fields}
    found = {name: _followed(links, _stored(fields[name])) for name, links in renames.items() if name in fields}
    return replace(schema, renames={name: links for name, links in found.items() if links})


def as_now(schema: LabelSchema, now: LabelSchema) -> LabelSchema:
    """A former config's `schema` with the names that its labels have `now`: the possible answers under it."""
    current = {field.name: field for field in now.fields}
    fields = (_renamed(field, now.renames.get(field.name, {}), current.get(field.name)) for field in schema.fields)
    return replace(schema, fields=tuple(fields), renames=now.renames)


def same_answers(schema: LabelSchema, other: LabelSchema) -> bool:
    """Whether two configs accept the same answers, whatever hints they give for their labels."""
    return _answers(schema) == _answers(other)


def shared_schema(schemas: Sequence[LabelSchema]) -> LabelSchema:
    """The schema by which answers under all of these can be compared: common controls with common labels.

    Raises ConfigChangedError if there is no common control.
    """
    first, others = schemas[0], schemas[1:]
    if all(other == first for other in others):
        return first
    named = [{field.name: field for field in schema.fields} for schema in others]
    shared = (field for field in first.fields if all(field.name in fields for fields in named))
    fields = tuple(_shared(field, [other[field.name] for other in named]) for field in shared)
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


def _followed(links: Mapping[str, str], known: Iterable[str]) -> dict[str, str]:
    known = set(known)
    return {old: _end(old, links, known) for old in links if old not in known}


def _end(label: str, links: Mapping[str, str], known: set[str]) -> str:
    passed = set[str]()
    while label in links and label not in known and label not in passed:
        passed.add(label)
        label = links[label]
    return label


def _stored(field: AnyField) -> list[str]:
    return [choice.stored for choice in field.choices]


def _renamed(field: AnyField, renames: Mapping[str, str], now: AnyField | None) -> AnyField:
    known = {choice.stored: choice for choice in now.choices} if now else {}
    names = {choice.stored: renames.get(choice.stored, choice.stored) for choice in field.choices}
    choices = {
        names[one.stored]: one if names[one.stored] == one.stored else _choice(names[one.stored], known)
        for one in field.choices
    }
    return replace(field, choices=tuple(choices.values()))


def _choice(label: str, known: Mapping[str, Choice]) -> Choice:
    return known.get(label, Choice(label, label))


def _answers(schema: LabelSchema) -> set[tuple[str, bool, str | None, frozenset[str]]]:
    return {(field.name, field.multiple, field.source, frozenset(_stored(field))) for field in schema.fields}


def _shared(field: AnyField, others: Sequence[AnyField]) -> AnyField:
    every = [field, *others]
    dynamic = next((one for one in every if one.source is not None), None)
    if dynamic is not None:
        return dynamic
    kept = set.intersection(*(set(_stored(one)) for one in every))
    choices = tuple(choice for choice in field.choices if choice.stored in kept)
    return replace(field, choices=choices, multiple=any(one.multiple for one in every))


def _undone(now: LabelSchema, links: Iterable[tuple[str, str, str]]) -> LabelSchema:
    former = {(control, new): old for control, old, new in links}
    fields = (
        replace(field, choices=tuple(_former(one, former.get((field.name, one.stored))) for one in field.choices))
        for field in now.fields
    )
    return replace(now, fields=tuple(fields), renames={})


def _former(choice: Choice, old: str | None) -> Choice:
    return choice if old is None else Choice(old, old, choice.hint)
