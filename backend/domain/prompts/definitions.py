"""Label definitions: one sentence of a prompt's own about each label, in place of the `hint` the config has.

They belong to the version, like its text: Label Studio's config is not changed. A definition of a label that the config
does not have is refused, because the model would never be told of it.
"""

from collections.abc import Mapping

from backend.domain.labels.controls.base import Control
from backend.domain.labels.schema import LabelSchema
from backend.domain.prompts.version import Definitions, nearest
from backend.errors import PromptError

Listed = Mapping[str, str | Mapping[str, str]]
"""As a prompt file has them: label -> sentence, or control -> label -> sentence where there are several controls."""


def defined(listed: Listed, schema: LabelSchema) -> Definitions:
    """What `listed` says, by control; every control of the config is in it, or {} when nothing is defined.

    A label is meant by the name that annotators see, whatever its case; one without a sentence keeps the config's hint.
    Raises PromptError for a control or label that is not in the config, with the nearest name, and for a label without
    its control that several have.
    """
    found: dict[str, dict[str, str]] = {field.name: {} for field in schema.classed.fields}
    for name, said in listed.items():
        if isinstance(said, str):
            field = _owner(name, schema)
            found[field.name] |= _sentences({name: said}, field)
        else:
            field = _control(name, schema)
            found[field.name] |= _sentences(said, field)
    return found if any(found.values()) else {}


def listed(definitions: Definitions) -> Listed:
    """The inverse, for a prompt file."""
    if len(definitions) == 1:
        return next(iter(definitions.values()))
    return {control: labels for control, labels in definitions.items() if labels}


def hints(schema: LabelSchema) -> Definitions:
    """What the config itself says of each label, "" where that is nothing."""
    return {f.name: {label.shown: _line(label.hint) for label in f.labels} for f in schema.classed.fields}


def _sentences(said: Mapping[str, str], field: Control) -> dict[str, str]:
    return {_label(name, field): _line(sentence) for name, sentence in said.items() if sentence.strip()}


def _line(sentence: str) -> str:
    """One line, as the model gets one per label."""
    return " ".join(sentence.split())


def _label(name: str, field: Control) -> str:
    if field.dynamic:
        return name.strip()  # the tasks bring the labels
    label = field.find(name)
    if label is None:
        raise _unknown(name, [known.shown for known in field.labels])
    return label


def _owner(label: str, schema: LabelSchema) -> Control:
    """The control that a label without one belongs to."""
    if len(schema.classed.fields) == 1:
        return schema.classed.fields[0]
    owners = [field for field in schema.fields if field.find(label) is not None]
    if len(owners) == 1:
        return owners[0]
    if not owners:
        raise _unknown(label, list(schema.spoken))
    controls = " and ".join(f"'{field.name}'" for field in owners)
    raise PromptError(f"The label '{label}' is one of {controls}: write it below a line with its control's name.")


def _control(name: str, schema: LabelSchema) -> Control:
    fields = {field.name: field for field in schema.classed.fields}
    if name in fields:
        return fields[name]
    near = nearest(name, list(fields))
    raise PromptError(f"The prompt's labels name a control '{name[:70]}', which the labelling config lacks: {near}")


def _unknown(name: str, labels: list[str]) -> PromptError:
    return PromptError(
        f"The prompt defines '{name[:70]}', which is no label of the labelling config: {nearest(name, labels)}"
    )
