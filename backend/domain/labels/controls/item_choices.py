"""<Choices perItem="true">: one choice for each picture of an <Image valueList>.

A value has the numbers of pictures, from 0, by the choice for them.
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self, TypeGuard

from backend.domain.answer import Groups
from backend.domain.labels.choice_names import LONGEST, choices_of, listed
from backend.domain.labels.controls.base import Held, Region
from backend.domain.labels.controls.buckets import BucketsControl
from backend.domain.labels.controls.wording import key, label_line, said, under
from backend.domain.labels.inputs.files import FileObject, file_object
from backend.domain.labels.inputs.values import field_of
from backend.domain.labels.layout import Placed
from backend.domain.outcome import Failure, Rejection

_ITEM = "item"


@dataclass(frozen=True)
class ItemChoicesControl(BucketsControl):
    """`source`: the pictures; `count`: how many a task has, None before `for_task`."""

    source: FileObject  # type: ignore[assignment]
    default: bool = True
    count: int | None = None

    tag: ClassVar[str] = "Choices perItem"
    noun: ClassVar[str] = "label"
    task: ClassVar[str] = "Choose for each picture the label ({names}) that fits it best."
    names: ClassVar[Collection[str]] = ()

    @property
    def _choice(self) -> str:
        """The key of a choice in the model's JSON."""
        return self.name if self.name != _ITEM else "choice"

    @property
    def identity(self) -> list[Any]:
        listed = [[choice.shown, choice.stored, choice.hint] for choice in self.choices]
        return [self.tag, self.name, self.to_name, self.source.value, self.hideable, listed]

    @property
    def answers(self) -> Hashable:
        return (self.tag, self.name, self.source.value, frozenset(self.known_classes))

    def for_task(self, data: Mapping[str, Any]) -> Self | Failure:
        pictures = self.source.addresses(data)
        if not pictures:
            return Failure(
                "bad_task", f"'{self.source.value[1:]}' has no pictures, of which '{self.name}' says something."
            )
        return replace(self, count=len(pictures))

    def describe(self, definitions: Mapping[str, str], when: str = "", heading: str = "") -> str:
        rule = f"[] unless {when}, else " if when else ""
        wanted = (
            f'a list with an object for each picture of {self._shown}, each exactly once: "{_ITEM}": its number, '
            f"counted from 0; {key(self._choice)}: exactly one of"
        )
        lines = [label_line(choice, definitions) for choice in self.choices]
        return "\n".join([f"{key(self.name)}: {under(heading)}{rule}{wanted}", *lines])

    def json_schema(self) -> dict[str, Any]:
        choice = {"type": "string", "enum": [choice.shown for choice in self.choices]}
        one = {
            "type": "object",
            "properties": {_ITEM: {"type": "integer"}, self._choice: choice},
            "required": [_ITEM, self._choice],
            "additionalProperties": False,
        }
        return {"type": "array", "items": one}

    def _sorted(self, given: Any) -> tuple[str, str] | Rejection:
        """The number of a picture, and the choice for it."""
        if not isinstance(given, Mapping):
            return Rejection("wrong_type", f"{said(given)} is not an object with an item, as '{self.name}' takes.")
        lacking = next((name for name in (_ITEM, self._choice) if name not in given), None)
        if lacking is not None:
            return Rejection("missing_field", f"An item of '{self.name}' has no '{lacking}'.")
        number, choice = given[_ITEM], self._bucket(given[self._choice])
        if not isinstance(number, int) or isinstance(number, bool):
            return Rejection("wrong_type", f"{said(number)} is not the number of a picture, which '{self.name}' takes.")
        if not 0 <= number < (number + 1 if self.count is None else self.count):
            return Rejection("out_of_range", f"There is no picture {number}, of which '{self.name}' says something.")
        if choice is None:
            return Rejection("unknown_choice", f"{said(given[self._choice])} is not a label of '{self.name}'.")
        return str(number), choice

    def _lacks(self, ids: Sequence[str]) -> Rejection | None:
        """Why these aren't all pictures, each once; None if they are."""
        if len({*ids}) < len(ids):
            return Rejection("incomplete", f"'{self.name}' has a picture more than once.")
        missing = (self.count or 1) - len(ids)
        return Rejection("incomplete", f"'{self.name}' lacks {missing} of the pictures.") if missing > 0 else None

    def to_json(self, value: Held) -> Any:
        shown = {choice.stored: choice.shown for choice in self.choices}
        return [{_ITEM: number, self._choice: shown.get(label, label)} for number, label in _by_number(value)]

    def to_regions(self, value: Held) -> list[dict[str, Any]]:
        """One for each picture, with its number beside the value."""
        own = {"from_name": self.name, "to_name": self.to_name, "type": "choices"}
        return [{**own, "value": {"choices": [label]}, "item_index": number} for number, label in _by_number(value)]

    def from_regions(self, regions: Sequence[Region]) -> Held:
        """As the screen shows it: the first region of each picture. A person may leave pictures out."""
        found: dict[int, str] = {}
        for region in regions:
            number, value = region.get("item_index"), region.get("value")
            labels = value.get("choices") if isinstance(value, Mapping) else None
            if isinstance(labels, list) and len(labels) == 1 and self._has(number):
                found.setdefault(number, str(labels[0]))
        return self._grouped([(str(number), label) for number, label in sorted(found.items())]) if found else None

    def _has(self, number: Any) -> TypeGuard[int]:
        """Whether it is the number of a picture; True is not, though Python takes it for 1."""
        return type(number) is int and number >= 0 and (self.count is None or number < self.count)


def _by_number(value: Held) -> list[tuple[int, str]]:
    pairs = value.key if isinstance(value, Groups) else ()
    return sorted((int(number), label) for number, label in pairs)


def build_item_choices(placed: Placed) -> ItemChoicesControl | str:
    """The control of such an element, or why it isn't supported."""
    element, shown = placed.element, placed.object
    for attribute, feature in (("perRegion", "a choice per region"), ("allowNested", "a path per item")):
        if element.get(attribute, "").lower() == "true":
            return f'{attribute}="true" ({feature})'
    choices = choices_of(listed(element))
    if element.get("choice", "single") == "multiple" or not choices or element.get("value", "").startswith("$"):
        return 'perItem="true" with several choices, or with those that the task brings'
    if any(len(choice.shown) > LONGEST for choice in choices):
        return f"a choice of more than {LONGEST:,} characters"
    pictures = file_object(shown) if shown is not None and shown.tag == "Image" and shown.get("valueList") else None
    if not isinstance(pictures, FileObject) or field_of(pictures.value) is None:
        return 'perItem="true" without an <Image valueList="$field">'
    return ItemChoicesControl(
        name=placed.name,
        to_name=placed.to_name,
        source=pictures,
        choices=choices,
        hideable=placed.hideable,
        conditions=placed.conditions,
        heading=tuple(placed.heading),
    )
