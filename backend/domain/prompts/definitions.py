"""Label definitions: one sentence of a prompt about each label, in place of the `hint` in the config.

They belong to the version, like its text; Label Studio's config does not change. A definition of a label that the
config does not have is an error, because the model would never see it.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from backend.domain.prompts.version import nearest
from backend.errors import PromptError

if TYPE_CHECKING:
    from backend.domain.labels.controls.base import Control
    from backend.domain.labels.schema import LabelSchema
    from backend.domain.prompts.version import Definitions

Listed = Mapping[str, str | Mapping[str, str]]
"""As a prompt file has them: label -> sentence, or control -> label -> sentence where there are several controls."""


def defined(listed: Listed, schema: "LabelSchema") -> "Definitions":
    """The definitions in `listed` by control; every control of the config is in it, or {} if nothing is defined.

    A label is given by the name that annotators see, in any case; a label without a sentence keeps the config's hint.
    Raises PromptError for a control or label that is not in the config, with the nearest name, and for a label without
    its control that several controls have.
    """
    by_control: dict[str, dict[str, str]] = {field.name: {} for field in schema.labelled.fields}
    for name, sentences in listed.items():
        if isinstance(sentences, str):
            field = _owner(name, schema)
            by_control[field.name] |= _sentences({name: sentences}, field)
        else:
            field = _control(name, schema)
            by_control[field.name] |= _sentences(sentences, field)
    return by_control if any(by_control.values()) else {}


def listed(definitions: "Definitions") -> Listed:
    """The inverse, for a prompt file."""
    if len(definitions) == 1:
        return next(iter(definitions.values()))
    return {control: labels for control, labels in definitions.items() if labels}


def hints(schema: "LabelSchema") -> "Definitions":
    """The config's own hint of each label, "" without one."""
    return {f.name: {label.name: _line(label.hint) for label in f.labels} for f in schema.labelled.fields}


def _sentences(sentences: Mapping[str, str], field: "Control") -> dict[str, str]:
    return {_label(name, field): _line(sentence) for name, sentence in sentences.items() if sentence.strip()}


def _line(sentence: str) -> str:
    """On one line, as the model gets one per label."""
    return " ".join(sentence.split())


def _label(name: str, field: "Control") -> str:
    if field.dynamic:
        return name.strip()  # the tasks contain the labels
    label = field.find(name)
    if label is None:
        raise _unknown(name, [choice.name for choice in field.labels])
    return label


def _owner(label: str, schema: "LabelSchema") -> "Control":
    """The control of a label that is written without one."""
    if len(schema.labelled.fields) == 1:
        return schema.labelled.fields[0]
    owners = [field for field in schema.fields if field.find(label) is not None]
    if len(owners) == 1:
        return owners[0]
    if not owners:
        raise _unknown(label, [choice.name for field in schema.fields for choice in field.labels])
    controls = " and ".join(f"'{field.name}'" for field in owners)
    raise PromptError(f"The label '{label}' is in {controls}: write it below a line with its control's name.")


def _control(name: str, schema: "LabelSchema") -> "Control":
    fields = {field.name: field for field in schema.labelled.fields}
    if name in fields:
        return fields[name]
    near = nearest(name, list(fields))
    raise PromptError(f"The prompt's labels name a control '{name[:70]}', which the labelling config lacks: {near}")


def _unknown(name: str, labels: list[str]) -> PromptError:
    return PromptError(
        f"The prompt defines '{name[:70]}', which is not a label of the labelling config: {nearest(name, labels)}"
    )
