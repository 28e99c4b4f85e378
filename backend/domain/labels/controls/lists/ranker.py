"""<Ranker> over a <List>: all its items, from the first place to the last. With <Bucket>s inside, see `buckets`."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from backend.domain.answer import AnswerValue, Ranking, ranking_of
from backend.domain.labels.conditions import Condition
from backend.domain.labels.controls.base import Held, Region, rules_of
from backend.domain.labels.controls.lists.over_list import OverList
from backend.domain.labels.controls.model_list import read_list
from backend.domain.labels.controls.region_value import region_of, values_in
from backend.domain.labels.controls.unlabeled import Unlabeled
from backend.domain.labels.controls.wording import item_name, key, under
from backend.domain.labels.inputs.lists import ListItems, ListObject
from backend.domain.outcome import Rejection
from backend.domain.statistics.rank_correlation import kendall_tau


@dataclass(frozen=True)
class RankerControl(OverList, Unlabeled):
    """See `OverList`. `hideable`: it is not always shown."""

    name: str
    to_name: str
    source: ListObject
    hideable: bool = False
    conditions: tuple[Condition, ...] = ()
    heading: tuple[str, ...] = ()
    listed: ListItems | None = field(default=None, compare=False)

    noun: ClassVar[str] = "item"
    task: ClassVar[str] = "Rank the items ({names}), the best first."
    holds: ClassVar[type[AnswerValue]] = Ranking
    column: ClassVar[Literal["texts"]] = "texts"

    @property
    def identity(self) -> list[Any]:
        return [self.tag, self.name, self.to_name, self.source.value, self.hideable]

    @property
    def rules(self) -> list[Any] | None:
        return rules_of(self, False)

    @property
    def answers(self) -> Hashable:
        return (self.tag, self.name, self.source.value)

    def describe(self, definitions: Mapping[str, str], when: str = "", heading: str = "") -> str:
        rule = f"[] unless {when}, else " if when else ""
        instruction = (
            f"a list of all items of {self._variable}, each exactly once, from the first place to the last, each as "
            "the reference with which its line begins, in quotes"
        )
        return f"{key(self.name)}: {under(heading)}{rule}{instruction}"

    def json_schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self._reference_schema()}

    def parse(self, value: Any) -> Held | Rejection:
        """A ranking of some of the items is none: the screen would drop the others."""
        ids = read_list(value, self.name, "items", self._item_id)
        return ids if isinstance(ids, Rejection) else self._lacks(ids) or Ranking(tuple(ids))

    def to_json(self, value: Held) -> Any:
        return [self._reference(item) for item in ranking_of(value)]

    def to_regions(self, value: Held) -> list[dict[str, Any]]:
        if value is None:
            return []
        return [region_of(self, "ranker", ranker={self.name: list(ranking_of(value))})]

    def from_regions(self, regions: Sequence[Region]) -> Held:
        """The screen shows the first one; None where it would lose items, or breaks."""
        columns = next(iter(values_in(regions, "ranker")), None)
        ids = columns.get(self.name) if isinstance(columns, Mapping) else None
        if not isinstance(ids, list) or not all(isinstance(item, str) for item in ids):
            return None
        unknown = set(ids) - set(self.listed.ids if self.listed else ids)
        return None if unknown or self._lacks(ids) else Ranking(tuple(ids))

    def equal(self, first: Held, second: Held) -> bool:
        return first == second

    def partial(self, first: Held, second: Held) -> float:
        """The share of pairs of items that are in the same order; 0 where the items are others."""
        if first is None or second is None or first == second:
            return float(first == second)
        tau = kendall_tau(ranking_of(first), ranking_of(second))
        return 0.0 if tau is None else (1 + tau) / 2

    def cell(self, value: Held) -> Any:
        return list(ranking_of(value))

    def show(self, value: Held) -> str:
        return " > ".join(map(item_name, ranking_of(value))) or "(none)"
