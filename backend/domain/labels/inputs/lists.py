"""<List>: items of a task, each on one line of the prompt under a reference, with which a model names it.

Whoever made the task wrote the items: quotes and a length keep them apart from what we say. The reference is the item's
id where all ids are short words, else its number in the list, so that no id has to be copied that is long or looks like
an instruction. As on the screen, ids are texts, and of items with one id the last counts.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from backend.domain.characters import invisible, quoted
from backend.domain.labels.choice_names import LONGEST
from backend.domain.labels.inputs.hypertext import HyperTextDom
from backend.domain.labels.inputs.values import field_of, value_of

MOST = 1000
"""Items of a list. Nobody ranks more."""
LONGEST_TEXT = 5000
"""Characters of an item's body that a model reads."""
_SHORT = re.compile(r"[\w.:/@#+-]{1,64}")
_SAFE = 2**53 - 1
"""Larger numbers are others in a browser."""


@dataclass(frozen=True, slots=True)
class Item:
    """`texts`: its title and what else the screen shows of it, without those that are empty."""

    id: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class ListItems:
    """The items of one task, in its order, each id once."""

    items: tuple[Item, ...]

    @cached_property
    def ids(self) -> tuple[str, ...]:
        return tuple(item.id for item in self.items)

    @cached_property
    def references(self) -> tuple[str, ...]:
        """Of the items, in their order."""
        short = all(_SHORT.fullmatch(item) and not invisible(item) for item in self.ids)
        if short and len({item.casefold() for item in self.ids}) == len(self.ids):
            return self.ids
        return tuple(str(number) for number in range(1, len(self.ids) + 1))

    @cached_property
    def _by_id(self) -> Mapping[str, str]:
        return dict(zip(self.ids, self.references, strict=True))

    def reference(self, item: str) -> str:
        """Of the item with that id; the id itself where there is none."""
        return self._by_id.get(item, item)

    @property
    def prompt(self) -> str:
        """Lines `- "reference": "title" "body"`, with the id where it is not the reference."""
        return "\n".join(map(self._line, self.references, self.items))

    @staticmethod
    def _line(reference: str, item: Item) -> str:
        own = [] if reference == item.id else [quoted(item.id, LONGEST)]
        texts = [*own, *(quoted(text, LONGEST_TEXT) for text in item.texts)]
        return f"- {quoted(reference, LONGEST)}" + (f": {' '.join(texts)}" if texts else "")


@dataclass(frozen=True, slots=True)
class ListObject:
    """value: the tag's own, such as `$items`
    named: whether a text shows the same variable, which then was read as it stands before lists were read
    """

    value: str
    named: bool = False

    def items_of(self, data: Mapping[str, Any]) -> ListItems | None:
        """The items of a task; None where its data is not a list of them."""
        return list_items(value_of(self.value, data))

    def read(self, data: Mapping[str, Any]) -> Mapping[str, str]:
        """Variable -> what a model reads in its place; {} where that is the value itself."""
        items, name = self.items_of(data), field_of(self.value)
        return {} if items is None or name is None else {name: items.prompt}


def list_items(value: Any) -> ListItems | None:
    """None for what is not a list of 1 to MOST items with an id each."""
    if not isinstance(value, list) or not 0 < len(value) <= MOST:
        return None
    items: dict[str, Item] = {}
    for item in value:
        item_id = _id(item.get("id")) if isinstance(item, Mapping) else None
        if item_id is None:
            return None
        items[item_id] = Item(item_id, _texts(item))
    return ListItems(tuple(items.values()))


def _id(value: Any) -> str | None:
    """A text, or a number as the browser writes it."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) <= _SAFE else None
    return value if isinstance(value, str) else None


def _texts(item: Mapping[str, Any]) -> tuple[str, ...]:
    html = item.get("html")
    dom = HyperTextDom.of(html, inline=True).prompt if isinstance(html, str) and html else ""
    return _stripped([item.get("title"), item.get("body"), dom])


def _stripped(values: Sequence[Any]) -> tuple[str, ...]:
    texts = (
        value if isinstance(value, str) else json.dumps(value)
        for value in values
        if isinstance(value, str | int | float)
    )
    return tuple(text.strip() for text in texts if text.strip())
