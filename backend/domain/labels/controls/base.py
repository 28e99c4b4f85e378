"""Field: one control of a labelling config, as everything above core/labels sees it.

A new kind of control is one more file with a class of this shape and one more line in `config.KINDS`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, Self

from backend.domain.labels.conditions import Condition
from backend.domain.outcome import Failure, Rejection, Value

Region = Mapping[str, Any]
"""One element of Label Studio's `result` list."""


class Field(Protocol):
    @property
    def name(self) -> str:
        """The control's name; the key in an Answer, in the model's JSON and in `from_name`."""

    @property
    def single(self) -> bool:
        """Whether exactly one label is chosen, so that a confusion matrix makes sense."""

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All of them hold where the control is shown."""

    @property
    def required(self) -> bool:
        """Whether it must not stay empty where it is shown."""

    def for_task(self, data: Mapping[str, Any]) -> Self | Failure:
        """This field with the choices of that task filled in; itself when they are the same for all tasks."""

    def describe(self, definitions: Mapping[str, str], when: str = "", heading: str = "") -> str:
        """The lines that tell the model what to put under this field's key; `definitions` (label, as shown -> sentence)
        stand in place of the config's hints. `when`: the conditions in words; `heading`: what stands above it."""

    def called(self, value: Value) -> set[str]:
        """The names by which conditions mean what is chosen."""

    def json_schema(self) -> dict[str, Any]:
        """Strict JSON Schema of the value the model gives."""

    def accept(self, value: Any) -> Value | Rejection:
        """The model's JSON value as it is stored, or why it can't be used. A label is never guessed."""

    def say(self, value: Value) -> Any:
        """The inverse: the JSON value that a model gives for `value`."""

    def find(self, name: str) -> str | None:
        """The label, as shown, that a name means: exactly this one, else the only one that folds to it."""

    def regions(self, value: Value) -> list[dict[str, Any]]:
        """`value` as Label Studio's regions."""

    def read(self, regions: Sequence[Region]) -> Value:
        """The value that regions of this control hold; the inverse of `regions`."""

    def renamed(self, value: Value, renames: Mapping[str, str]) -> Value:
        """`value` with labels that this field does not have called what `renames` says they became."""

    def show(self, value: Value) -> str:
        """`value` for people."""
