"""<Ranker> with <Bucket>s over a <List>: each item in one of the buckets, or in none where no bucket is the default."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from backend.domain.answer import AnswerValue, Groups, buckets_of
from backend.domain.labels.choice_names import Choice
from backend.domain.labels.conditions import Condition
from backend.domain.labels.controls.base import Held, Region, rules_of
from backend.domain.labels.controls.labeled import WithOwnLabels
from backend.domain.labels.controls.lists.over_list import UNSORTED, OverList
from backend.domain.labels.controls.model_list import read_list
from backend.domain.labels.controls.region_value import region_of, values_in
from backend.domain.labels.controls.unlabeled import Unlabeled
from backend.domain.labels.controls.wording import excerpt, item_name, key, label_line, under
from backend.domain.labels.inputs.lists import ListItems, ListObject
from backend.domain.outcome import Rejection

_KEYS = ("item", "bucket")


@dataclass(frozen=True)
class BucketsControl(OverList, WithOwnLabels, Unlabeled):
    """See `OverList`.

    choices: the buckets
    default: whether one of them holds what nobody sorted
    """

    name: str
    to_name: str
    source: ListObject
    choices: tuple[Choice, ...]
    default: bool = False
    hideable: bool = False
    conditions: tuple[Condition, ...] = ()
    heading: tuple[str, ...] = ()
    listed: ListItems | None = field(default=None, compare=False)

    noun: ClassVar[str] = "item"
    task: ClassVar[str] = "Sort the items into buckets ({names})."
    holds: ClassVar[type[AnswerValue]] = Groups
    column: ClassVar[Literal["texts"]] = "texts"
    names: ClassVar[Collection[str]] = ()
    unsorted: ClassVar[str | None] = UNSORTED
    """What stands for no bucket; None where each stands for itself."""

    @property
    def identity(self) -> list[Any]:
        listed = [[choice.name, choice.stored] for choice in self.choices]
        return [self.tag, self.name, self.to_name, self.source.value, self.hideable, self.default, listed]

    @property
    def rules(self) -> list[Any] | None:
        return rules_of(self, False)

    @property
    def answers(self) -> Hashable:
        return (self.tag, self.name, self.source.value, self.default, frozenset(self.known_classes))

    def describe(self, definitions: Mapping[str, str], when: str = "", heading: str = "") -> str:
        rule = f"[] unless {when}, else " if when else ""
        instruction = (
            f'a list with an object for each item of {self._variable}, each item exactly once: "item": the reference '
            'with which its line begins, in quotes; "bucket": '
        )
        instruction += "exactly one of" if self.default else "null if none fits, else exactly one of"
        lines = [label_line(choice, definitions) for choice in self.choices]
        return "\n".join([f"{key(self.name)}: {under(heading)}{rule}{instruction}", *lines])

    def json_schema(self) -> dict[str, Any]:
        names: list[str | None] = [choice.name for choice in self.choices]
        bucket_type = {"type": "string"} if self.default else {"type": ["string", "null"]}
        bucket = bucket_type | {"enum": names if self.default else [*names, None]}
        item = {
            "type": "object",
            "properties": {"item": self._reference_schema(), "bucket": bucket},
            "required": [*_KEYS],
            "additionalProperties": False,
        }
        return {"type": "array", "items": item}

    def parse(self, value: Any) -> Held | Rejection:
        sorted_into = read_list(value, self.name, "items", self._sorted)
        if isinstance(sorted_into, Rejection):
            return sorted_into
        pairs = [(item, bucket) for item, buckets in sorted_into for bucket in buckets]
        return self._lacks([item for item, _ in sorted_into]) or self._grouped(pairs)

    def _sorted(self, entry: Any) -> tuple[str, tuple[str, ...]] | Rejection:
        """The id of an item, and the bucket for it; buckets, where an item may have several."""
        if not isinstance(entry, Mapping):
            return Rejection("wrong_type", f"{excerpt(entry)} is not an object with an item, as '{self.name}' takes.")
        lacking = next((key for key in _KEYS if key not in entry), None)
        if lacking is not None:
            return Rejection("missing_field", f"An item of '{self.name}' has no '{lacking}'.")
        item, bucket = self._item_id(entry["item"]), self._bucket(entry["bucket"])
        if isinstance(item, Rejection):
            return item
        if bucket is None:
            return Rejection("unknown_choice", f"{excerpt(entry['bucket'])} is not a bucket of '{self.name}'.")
        return item, (bucket,)

    def _bucket(self, name: Any) -> str | None:
        if name is None and not self.default:
            return UNSORTED
        label = self.find(name) if isinstance(name, str) else None
        return None if label is None else self._lookup.exact[label]

    def _grouped(self, pairs: Sequence[tuple[str, str]]) -> Groups:
        """In the order of the config; items in the order given."""
        buckets = dict.fromkeys((*self.known_classes, *(bucket for _, bucket in pairs)))
        groups = ((bucket, tuple(item for item, into in pairs if into == bucket)) for bucket in buckets)
        return Groups(tuple(group for group in groups if group[1]))

    def to_json(self, value: Held) -> Any:
        names = {choice.stored: choice.name for choice in self.choices} | {UNSORTED: None}
        return [
            {"item": self._reference(item), "bucket": names.get(bucket, bucket)}
            for bucket, ids in _groups(value)
            for item in ids
        ]

    def to_regions(self, value: Held) -> list[dict[str, Any]]:
        """All columns that the screen has, also empty ones."""
        if value is None:
            return []
        columns = [*([] if self.default else [UNSORTED]), *self.known_classes]
        empty: dict[str, list[str]] = {column: [] for column in columns}
        return [region_of(self, "ranker", ranker=empty | {bucket: list(ids) for bucket, ids in _groups(value)})]

    def from_regions(self, regions: Sequence[Region]) -> Held:
        """The screen shows the first one, with what no bucket holds unsorted; None where it would lose items, or
        breaks. A bucket that the config does not have (any more) is kept."""
        columns = next(iter(values_in(regions, "ranker")), None)
        if not isinstance(columns, Mapping) or not all(map(_is_ids, columns.values())):
            return None
        pairs = [(item, str(bucket)) for bucket, ids in columns.items() for item in ids]
        if self.listed and not self.default:
            there = {item for item, _ in pairs}
            pairs += [(item, UNSORTED) for item in self.listed.ids if item not in there]
        return self._grouped(pairs) if self._are_whole(pairs) else None

    def _are_whole(self, pairs: Sequence[tuple[str, str]]) -> bool:
        ids = [item for item, _ in pairs]
        all_listed = not self.listed or set(ids) <= set(self.listed.ids)
        hidden = self.default and any(bucket == UNSORTED for _, bucket in pairs)
        return all_listed and not hidden and self._lacks(ids) is None

    def equal(self, first: Held, second: Held) -> bool:
        return first == second

    def partial(self, first: Held, second: Held) -> float:
        """The share of items that are in the same bucket."""
        buckets, other_buckets = buckets_of(first), buckets_of(second)
        return sum(other_buckets.get(item) == bucket for item, bucket in buckets.items()) / max(
            len(buckets), len(other_buckets), 1
        )

    def classes(self, value: Held) -> tuple[str, ...]:
        return tuple(bucket for bucket, _ in _groups(value) if bucket != self.unsorted)

    def items(self, value: Held) -> tuple[tuple[str, Hashable], ...]:
        return tuple((bucket, item) for bucket, ids in _groups(value) if bucket != self.unsorted for item in ids)

    def cell(self, value: Held) -> Any:
        return [f"{bucket}: {item_name(item)}" for bucket, ids in _groups(value) for item in ids]

    def show(self, value: Held) -> str:
        groups = (f"{bucket}: {', '.join(map(item_name, ids))}" for bucket, ids in _groups(value))
        return " | ".join(groups) or "(none)"

    def renamed(self, value: Held, renames: Mapping[str, str]) -> Held:
        if not isinstance(value, Groups):
            return None
        classes = {*self.known_classes, self.unsorted}
        return self._grouped([(item, into if into in classes else renames.get(into, into)) for item, into in value.key])


def _groups(value: Held) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return value.groups if isinstance(value, Groups) else ()


def _is_ids(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(part, str) for part in value)
