"""Relations between quotes of one line: two neighbours are related by a label all of whose words stand between them."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from demo.stand_in.fields import Field
from demo.stand_in.words import words

Found = list[tuple[Field, tuple[float, ...]]]
"""Fields as they are answered, with the probabilities of their options."""


def with_relations(found: Found, item: str) -> Found:
    """`found` with what its fields of relations say of the quotes in the others."""
    line = next((one for one in reversed(item.splitlines()) if one.strip()), "")
    quotes = [quote for field, _ in found if field.marks for quote in json.loads(field.filler)]
    return [(_relating(field, line, quotes) if field.relates else field, chances) for field, chances in found]


def _relating(field: Field, line: str, quotes: Sequence[dict[str, Any]]) -> Field:
    return replace(field, filler=json.dumps(list(_related(line, quotes, field.marked_as)), ensure_ascii=False))


def _related(line: str, quotes: Iterable[dict[str, Any]], labels: Sequence[str]) -> Iterator[dict[str, str]]:
    placed = sorted((line.find(one["text"]), one["text"], one.get("id", "")) for one in quotes)
    for (start, text, head), (end, _, tail) in pairwise(one for one in placed if one[0] >= 0):
        between = set(words(line[start + len(text) : end]))
        label = next((label for label in labels if set(words(label)) <= between), None)
        if label is not None:
            yield {"from": head, "to": tail, "label": label}
