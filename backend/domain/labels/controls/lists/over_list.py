"""What the controls over a <List> have in common: a model names its items by their references, each exactly once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar, Self

from backend.domain.characters import quoted
from backend.domain.labels.choice_names import LONGEST, Choice
from backend.domain.labels.controls.base import Held
from backend.domain.labels.controls.label_lookup import LabelLookup
from backend.domain.labels.controls.wording import excerpt
from backend.domain.labels.inputs.lists import MOST, ListItems, ListObject
from backend.domain.labels.taxonomy_tree import fits_schema
from backend.domain.outcome import Failure, Rejection

UNSORTED = "_"
"""Where Label Studio keeps what is in none of the buckets."""


class OverList:
    """source: the list
    listed: its items of one task, None before `for_task`. Without them, as examples are checked, a reference is taken
        for the id.
    """

    name: str
    source: ListObject
    listed: ListItems | None

    tag: ClassVar[str] = "Ranker"
    required: ClassVar[bool] = False  # the screen always submits all items somewhere
    must_answer: ClassVar[bool] = True
    nullable: ClassVar[bool] = False
    many: ClassVar[bool] = True
    probable: ClassVar[bool] = True

    @property
    def needs_task(self) -> bool:
        return True

    def for_task(self, data: Mapping[str, Any]) -> Self | Failure:
        items = self.source.items_of(data)
        if items is None:
            what = f"list of 1 to {MOST:,} items with an id each"
            return Failure("bad_task", f"'{self.source.value[1:]}' is not the {what} that '{self.name}' takes.")
        return replace(self, listed=items)  # type: ignore[type-var]  # each of them is a dataclass

    def called(self, value: Held) -> set[str]:
        """Label Studio lets no other control depend on it."""
        return set()

    @property
    def _variable(self) -> str:
        """The variable that shows the items, as the prompt calls it."""
        return quoted(self.source.value[1:], LONGEST)

    def _reference_schema(self) -> dict[str, Any]:
        references = self.listed.references if self.listed else ()
        return {"type": "string"} | ({"enum": [*references]} if references and fits_schema(references) else {})

    def _reference(self, item: str) -> str:
        return self.listed.reference(item) if self.listed else item

    @cached_property
    def _by_reference(self) -> LabelLookup:
        named = zip(self.listed.references, self.listed.ids, strict=True) if self.listed else ()
        return LabelLookup([Choice(reference, item) for reference, item in named])

    def _item_id(self, reference: Any) -> str | Rejection:
        """The id of the item that a model names."""
        if isinstance(reference, int) and not isinstance(reference, bool):
            reference = str(reference)
        if not isinstance(reference, str):
            return Rejection(
                "wrong_type", f"{excerpt(reference)} is not a reference to an item, as '{self.name}' takes."
            )
        if self.listed is None:
            return reference
        name = self._by_reference.find(reference)
        if name is None:
            return Rejection("unknown_choice", f"{excerpt(reference)} is not an item of {self._variable}.")
        return self._by_reference.exact[name]

    def _lacks(self, ids: Sequence[str]) -> Rejection | None:
        """Why these aren't all items, each once; None if they are."""
        times = Counter(ids)
        repeated = next((item for item in times if times[item] > 1), None)
        if repeated is not None:
            return Rejection("incomplete", f"'{self.name}' has {excerpt(self._reference(repeated))} more than once.")
        missing = [item for item in self.listed.ids if item not in times] if self.listed else []
        if missing:
            first = f"{len(missing)} of the items, such as {excerpt(self._reference(missing[0]))}"
            return Rejection("incomplete", f"'{self.name}' lacks {first}.")
        return None if ids else Rejection("incomplete", f"'{self.name}' has no item.")
