"""<Choices perItem="true">: one choice for each picture of an <Image valueList>. For several, see `item_labels`.

A value has the numbers of pictures, from 0, by the choice for them.
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self, TypeGuard

from backend.domain.answer import buckets_of
from backend.domain.labels.choice_names import Choice
from backend.domain.labels.controls.base import Control, Held, Region
from backend.domain.labels.controls.brought_labels import BroughtLabels
from backend.domain.labels.controls.lists.buckets import BucketsControl
from backend.domain.labels.controls.lists.item_objects import ITEM, ItemObjects
from backend.domain.labels.controls.region_value import region_of
from backend.domain.labels.controls.wording import excerpt, key, under
from backend.domain.labels.inputs.files import FileObject
from backend.domain.outcome import Failure, Rejection


@dataclass(frozen=True)
class ItemChoicesControl(BroughtLabels, BucketsControl):
    """`source`: the pictures; `count`: how many a task has, None before `for_task`. See `BroughtLabels`."""

    source: FileObject  # type: ignore[assignment]
    default: bool = True
    count: int | None = None
    labels_from: str | None = None
    brought: tuple[Choice, ...] = ()

    tag: ClassVar[str] = "Choices perItem"
    noun: ClassVar[str] = "label"
    task: ClassVar[str] = "Choose for each picture the label ({names}) that fits it best."
    names: ClassVar[Collection[str]] = ()
    unsorted: ClassVar[str | None] = None

    @property
    def _choice(self) -> str:
        """The key of a choice in the model's JSON."""
        return self.name if self.name != ITEM else "choice"

    @property
    def identity(self) -> list[Any]:
        return [
            self.tag,
            self.name,
            self.to_name,
            self.source.value,
            self.hideable,
            self._labels_identity,
            *self._brings,
        ]

    @property
    def answers(self) -> Hashable:
        return (self.tag, self.name, self.source.value, self.labels_from, frozenset(self.known_classes))

    def for_task(self, data: Mapping[str, Any]) -> Self | Failure:
        pictures = self.source.addresses(data)
        if not pictures:
            return Failure(
                "bad_task", f"'{self.source.value[1:]}' has no pictures, of which '{self.name}' says something."
            )
        labeled = self._with_brought(data)
        if isinstance(labeled, Failure):
            return labeled
        return replace(labeled, count=len(pictures))

    @property
    def _label_words(self) -> str:
        """What the model gives for a picture, in words."""
        return self._of_all("exactly one of")

    @property
    def _wanted_schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": [choice.name for choice in self.choices]}

    def describe(self, definitions: Mapping[str, str], when: str = "", heading: str = "") -> str:
        rule = f"[] unless {when}, else " if when else ""
        instruction = (
            f'a list with an object for each picture of {self._variable}, each exactly once: "{ITEM}": its number, '
            f"counted from 0; {key(self._choice)}: {self._label_words}"
        )
        return "\n".join([f"{key(self.name)}: {under(heading)}{rule}{instruction}", *self._lines(definitions)])

    def listing(self, definitions: Mapping[str, str]) -> str:
        return "\n".join(self._brought_lines(definitions))

    def shared(self, others: Sequence[Control]) -> Self:
        return self if self.dynamic else super().shared(others)

    def json_schema(self) -> dict[str, Any]:
        return self._objects.json_schema(self._wanted_schema)

    @property
    def _objects(self) -> ItemObjects:
        return ItemObjects(self.name, self._choice, self.count, "picture")

    def _sorted(self, item: Any) -> tuple[str, tuple[str, ...]] | Rejection:
        """The number of a picture, and the choices for it."""
        number = self._objects.number_of(item)
        if isinstance(number, Rejection):
            return number
        chosen = self._chosen(item[self._choice], number)
        return chosen if isinstance(chosen, Rejection) else (str(number), chosen)

    def _chosen(self, label_text: Any, number: int) -> tuple[str, ...] | Rejection:
        """The labels that a model gives for that picture, as they are stored."""
        label = self._bucket(label_text)
        if label is None:
            return Rejection("unknown_choice", f"{excerpt(label_text)} is not a label of '{self.name}'.")
        return (label,)

    def _lacks(self, ids: Sequence[str]) -> Rejection | None:
        return self._objects.lacks(ids)

    def to_json(self, value: Held) -> Any:
        names = {choice.stored: choice.name for choice in self.choices}
        return [self._picture_json(number, names.get(label, label)) for number, (label,) in self._by_number(value)]

    def _picture_json(self, number: int, choice: Any) -> dict[str, Any]:
        """What a model says of one picture."""
        return {ITEM: number, self._choice: choice}

    def _by_number(self, value: Held) -> list[tuple[int, tuple[str, ...]]]:
        """The labels of each picture that has some, as they are stored, in the order of the config."""
        last = len(self.choices)
        order = self._lookup.order
        held = ((int(number), labels) for number, labels in buckets_of(value).items())
        return sorted(
            (number, tuple(sorted(labels, key=lambda label: order.get(label, last)))) for number, labels in held
        )

    def to_regions(self, value: Held) -> list[dict[str, Any]]:
        """One for each picture that has labels, with its number beside the value."""
        return [
            {**region_of(self, "choices", choices=[*labels]), "item_index": number}
            for number, labels in self._by_number(value)
        ]

    def from_regions(self, regions: Sequence[Region]) -> Held:
        """As the screen shows it: the first region of each picture. A person may leave pictures out."""
        by_number: dict[int, list[str]] = {}
        for region in regions:
            number, value = region.get("item_index"), region.get("value")
            labels = value.get("choices") if isinstance(value, Mapping) else None
            if isinstance(labels, list) and self._fit(labels) and self._has(number):
                by_number.setdefault(number, [str(label) for label in labels])
        pairs = [(str(number), label) for number, labels in sorted(by_number.items()) for label in labels]
        return self._grouped(pairs) if pairs else None

    def _fit(self, labels: Sequence[Any]) -> bool:
        """Whether a picture can have so many."""
        return len(labels) == 1

    def _has(self, number: Any) -> TypeGuard[int]:
        """Whether it is the number of a picture; True is not, though Python takes it for 1."""
        return type(number) is int and number >= 0 and (self.count is None or number < self.count)
