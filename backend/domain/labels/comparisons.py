"""Comparisons: the controls that say which of two inputs is better, and the same task with those inputs exchanged."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from backend.errors import PromptError

if TYPE_CHECKING:
    from backend.domain.labels.schema import LabelSchema
    from backend.domain.task import Task

OTHER_SIDE = {"left": "right", "right": "left"}
_ASKS = "Asking in both orders exchanges the inputs of a <Pairwise>"


@runtime_checkable
class SidedControl(Protocol):
    """A control with two inputs."""

    @property
    def name(self) -> str: ...

    @property
    def sides(self) -> tuple[str, str]:
        """What the prompt calls the left and the right input."""


def comparisons(schema: "LabelSchema") -> list[SidedControl]:
    """The controls of a schema that are one."""
    return [field for field in schema.fields if isinstance(field, SidedControl)]


def exchange(schema: "LabelSchema") -> Mapping[str, str]:
    """Variable -> the one that takes its place in the other order."""
    pairs = (control.sides for control in comparisons(schema))
    return {name: other for left, right in pairs for name, other in ((left, right), (right, left))}


def exchanged(task: "Task", variables: tuple[str, ...], schema: "LabelSchema") -> "Task":
    """`task` as it is read in the other order. `variables`: those of the prompt, and paths into them."""
    places = exchange(schema)
    others = {name: other for name in variables if (other := _moved(name, places)) != name}
    attachments = {places.get(name, name): pictures for name, pictures in task.pictures.items()}
    return replace(task, read={**task.read, **{n: task.value(o) for n, o in others.items()}}, pictures=attachments)


def check_both_orders(schema: "LabelSchema", variables: tuple[str, ...]) -> None:
    """Raises PromptError where the order cannot be exchanged. `variables`: those that the prompt uses."""
    pairs = [control.sides for control in comparisons(schema)]
    sides = [side for pair in pairs for side in pair]
    if not pairs:
        raise PromptError(f"{_ASKS}, and the labelling config has none: ask in one order only.")
    if schema.needs_task or len({*sides}) < len(sides):
        why = "two of them share an input" if not schema.needs_task else "other controls need the texts as they are"
        raise PromptError(f"{_ASKS}, but {why}: ask in one order only.")
    for side in sides:
        if side not in schema.variables:
            raise PromptError(f"{_ASKS}, but '{side}' does not show one field of the task: write value=\"$field\".")
        if not any(_moved(name, {side: ""}) != name for name in variables):
            raise PromptError(f"{_ASKS}, but the prompt does not show one of them: use {{{side}}} in it.")


def _moved(name: str, places: Mapping[str, str]) -> str:
    """The variable, or the path into one, in the other order."""
    whole = next((path for path in places if name == path or name.startswith((f"{path}.", f"{path}["))), None)
    return name if whole is None else places[whole] + name[len(whole) :]
