"""A control inside a <Repeater>: it is on the screen once for each item of a task's list, under a name with its number.

The model gives a list with an object for each item. What it says of one is read, judged and written by the control
itself (`inner`), so a kind of control needs only to be `about_a_whole` in the registry to be repeated.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar, Literal, Self

from backend.domain.answer import AnswerValue
from backend.domain.characters import quoted
from backend.domain.labels.choice_names import LONGEST, Choice
from backend.domain.labels.conditions import Condition
from backend.domain.labels.controls.base import Control, Held, Region, rules_of
from backend.domain.labels.controls.lists.item_objects import ITEM, ItemObjects
from backend.domain.labels.controls.model_list import read_list
from backend.domain.labels.controls.unlabeled import Unlabeled
from backend.domain.labels.controls.wording import key, under
from backend.domain.labels.inputs.repeater import MOST, at, items_in, number_in
from backend.domain.outcome import Failure, Rejection
from backend.domain.repeated import Repeated, repeated_of, repeated_or_none


@dataclass(frozen=True)
class RepeatedControl(Unlabeled):
    """inner: the control for one item, under the key that a model uses in its object
    pattern, to_name: names of it and of its object, with INDEX for the number
    on: the path of the list
    count: how many items a task has, None before `for_task`
    """

    name: str
    to_name: str
    pattern: str
    on: str
    inner: Control
    hideable: bool = False
    conditions: tuple[Condition, ...] = ()
    heading: tuple[str, ...] = ()
    count: int | None = field(default=None, compare=False)

    tag: ClassVar[str] = "Repeater"
    noun: ClassVar[str] = "item"
    holds: ClassVar[type[AnswerValue]] = Repeated
    required: ClassVar[bool] = False  # each item is judged by itself
    nullable: ClassVar[bool] = False
    many: ClassVar[bool] = True
    column: ClassVar[Literal["texts"]] = "texts"

    @property
    def task(self) -> str:
        """See `Control.task`."""
        return f"For each item: {self.inner.task[0].lower()}{self.inner.task[1:]}"

    @property
    def kinds(self) -> tuple[str, ...]:
        return (self.tag, *self.inner.kinds)

    @property
    def probable(self) -> bool:
        return self.inner.probable

    @property
    def must_answer(self) -> bool:
        return self.inner.must_answer and self.count != 0

    @property
    def dynamic(self) -> bool:
        return self.inner.dynamic

    @property
    def needs_task(self) -> bool:
        return True

    @property
    def labels(self) -> tuple[Choice, ...]:
        return self.inner.labels

    @property
    def known_classes(self) -> tuple[str, ...]:
        return self.inner.known_classes

    @property
    def usable_in_conditions(self) -> bool:
        return self.dynamic or bool(self.names)

    @property
    def names(self) -> Collection[str]:
        return self.inner.names

    @property
    def identity(self) -> list[Any]:
        return [self.tag, self.name, self.pattern, self.to_name, self.on, self.hideable, self.inner.identity]

    @property
    def rules(self) -> list[Any] | None:
        own = rules_of(self, False)
        return None if own is None and self.inner.rules is None else [own, self.inner.rules]

    @property
    def answers(self) -> Hashable:
        return (self.tag, self.name, self.on, self.inner.answers)

    def from_names(self, names: Collection[str]) -> list[str]:
        return [name for name in names if self._number(name) is not None]

    def for_task(self, data: Mapping[str, Any]) -> Self | Failure:
        items, inner = items_in(data, self.on), self.inner.for_task(data)
        if items is None:
            what = f"list of at most {MOST:,} items, of which '{self.name}' says something"
            return Failure("bad_task", f"'{self.on}' is not a {what}.")
        return inner if isinstance(inner, Failure) else replace(self, inner=inner, count=len(items))

    def describe(self, definitions: Mapping[str, str], when: str = "", heading: str = "") -> str:
        rule = f"[] unless {when}, else " if when else ""
        each = (
            f"a list with an object for each item of {quoted(self.on, LONGEST)}, each exactly once: {key(ITEM)}: its "
            "number, counted from 0; "
        )
        return f"{key(self.name)}: {under(heading)}{rule}{each}{self.inner.describe(definitions)}"

    def listing(self, definitions: Mapping[str, str]) -> str:
        return self.inner.listing(definitions)

    def json_schema(self) -> dict[str, Any]:
        return self._objects.json_schema(self.inner.json_schema())

    @cached_property
    def _objects(self) -> ItemObjects:
        return ItemObjects(self.name, self.inner.name, self.count, "item")

    def parse(self, value: Any) -> Held | Rejection:
        held = read_list(value, self.name, "items", self._parsed)
        if isinstance(held, Rejection):
            return held
        return self._objects.lacks([number for number, _ in held]) or repeated_or_none(dict(held))

    def _parsed(self, entry: Any) -> tuple[int, Held] | Rejection:
        """The number of an item, and the value for it."""
        number = self._objects.number_of(entry)
        if isinstance(number, Rejection):
            return number
        value = self.inner.parse(entry[self.inner.name])
        if isinstance(value, Rejection):
            return value
        if value is None and self.inner.required:
            why = f"'{self.name}' takes at least one {self.inner.noun} for each item, item {number} has none."
            return Rejection("missing_field", why)
        return number, value

    def to_json(self, value: Held) -> Any:
        """Also for items that were left empty."""
        held = dict.fromkeys(range(self.count or 0)) | repeated_of(value)
        return [{ITEM: number, self.inner.name: self.inner.to_json(item)} for number, item in sorted(held.items())]

    def to_regions(self, value: Held) -> list[dict[str, Any]]:
        return [
            {**region, "from_name": at(self.pattern, number), "to_name": at(self.to_name, number)}
            for number, item in repeated_of(value).items()
            for region in self.inner.to_regions(item)
        ]

    def from_regions(self, regions: Sequence[Region]) -> Held:
        """A person may leave items out."""
        by_item: dict[int, list[Region]] = {}
        for region in regions:
            number = self._number(region.get("from_name"))
            if number is not None:
                by_item.setdefault(number, []).append(region)
        return repeated_or_none({number: self.inner.from_regions(own) for number, own in by_item.items()})

    def _number(self, from_name: Any) -> int | None:
        """The item that a control on the screen is about; None for a control that is none of these."""
        number = number_in(from_name, self.pattern) if isinstance(from_name, str) else None
        return number if number is not None and number < (MOST if self.count is None else self.count) else None

    def submittable(self, value: Held) -> bool:
        return not self.inner.required or len(repeated_of(value)) >= (self.count or 0)

    def equal(self, first: Held, second: Held) -> bool:
        return all(self.inner.equal(item, other) for item, other in _pairs(first, second))

    def partial(self, first: Held, second: Held) -> float:
        """The mean over the items that have a value in one of them."""
        parts = [self.inner.partial(item, other) for item, other in _pairs(first, second)]
        return sum(parts) / len(parts) if parts else 1.0

    def classes(self, value: Held) -> tuple[str, ...]:
        return self._each(value, self.inner.classes)

    def items(self, value: Held) -> tuple[tuple[str, Hashable], ...]:
        held = ((number, self.inner.items(inner_value)) for number, inner_value in repeated_of(value).items())
        return tuple((label, (number, item)) for number, items in held for label, item in items)

    def removed_classes(self, value: Held) -> list[str]:
        return list(self._each(value, self.inner.removed_classes))

    def called(self, value: Held) -> set[str]:
        return set(self._each(value, self.inner.called))

    @staticmethod
    def _each(value: Held, of: Any) -> tuple[str, ...]:
        """What a method of the inner control says of all items, each once."""
        return tuple(dict.fromkeys(part for held in repeated_of(value).values() for part in of(held)))

    def cell(self, value: Held) -> Any:
        return [f"{number}: {self.inner.show(item)}" for number, item in repeated_of(value).items()]

    def show(self, value: Held) -> str:
        return " | ".join(self.cell(value)) or "(none)"

    def display_name(self, name: str) -> str:
        return self.inner.display_name(name)

    def find(self, name: str) -> str | None:
        return self.inner.find(name)

    def renamed(self, value: Held, renames: Mapping[str, str]) -> Held:
        return repeated_or_none({n: self.inner.renamed(item, renames) for n, item in repeated_of(value).items()})

    def with_current_labels(self, renames: Mapping[str, str], now: Control | None) -> Self:
        return replace(self, inner=self.inner.with_current_labels(renames, now))

    def with_former_labels(self, formers: Mapping[str, str]) -> Self:
        return replace(self, inner=self.inner.with_former_labels(formers))

    def shared(self, others: Sequence[Control]) -> Self:
        return replace(self, inner=self.inner.shared([one_item(other) for other in others]))


def one_item(control: Control) -> Control:
    """The control for one item of a repeated one; any other as it is."""
    return control.inner if isinstance(control, RepeatedControl) else control


def _pairs(first: Held, second: Held) -> Iterable[tuple[Held, Held]]:
    """The values for each item that has one."""
    items, others = repeated_of(first), repeated_of(second)
    return [(items.get(number), others.get(number)) for number in sorted({*items, *others})]
