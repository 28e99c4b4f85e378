"""Items of a list in a user's message, such as `- "b": "Title" "Body"`: ordered, or sorted, by the words they share."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from demo.stand_in.words import name_words, words

_LISTED = re.compile(r'^- ("(?:[^"\\]|\\.)*")(?:: (.*))?$')


def ranked(item: str, references: Sequence[str]) -> list[str]:
    """All references of the items, those first that share most words with the other lines; equals as they stand."""
    asked = {word for line in item.splitlines() if not _LISTED.match(line) for word in words(line)}
    found = _items(item, references)
    return sorted(found, key=lambda reference: -len(asked.intersection(words(found[reference]))))


def sorted_into(
    item: str, references: Sequence[str], buckets: Sequence[str], nullable: bool
) -> list[dict[str, str | None]]:
    """Each item in the first bucket that it has the most words of; without any in none, or in the last one."""
    found = _items(item, references)
    return [{"item": one, "bucket": _bucket(found[one], buckets, nullable)} for one in found]


def numbered(sorted_items: Sequence[Mapping[str, Any]], key: str) -> list[dict[str, Any]]:
    """The same with items that are numbers, and buckets under another key."""
    return [{"item": int(one["item"]), key: one["bucket"]} for one in sorted_items if one["item"].isdecimal()]


def labelled(item: str, labels: Sequence[str], key: str) -> list[dict[str, Any]]:
    """Of each item, by its number, all labels that it has words of."""
    found = {int(one): set(words(text)) for one, text in _items(item, ()).items() if one.isdecimal()}
    named = {label: name_words(label) for label in labels}
    return [
        {"item": number, key: [label for label in labels if said.intersection(named[label])]}
        for number, said in found.items()
    ]


def _bucket(text: str, buckets: Sequence[str], nullable: bool) -> str | None:
    said = set(words(text))
    shared = {bucket: len(said.intersection(name_words(bucket))) for bucket in buckets}
    best = max(shared, key=shared.__getitem__, default=None)
    return best if best is not None and shared[best] else None if nullable or not buckets else buckets[-1]


def _items(item: str, references: Sequence[str]) -> dict[str, Any]:
    """Reference -> what stands on its line; of all lines of items where `references` is empty."""
    lines = filter(None, map(_LISTED.match, item.splitlines()))
    found = {json.loads(line[1]): line[2] or "" for line in lines}
    return {one: found.get(one, "") for one in references} if references else found
