"""Unseen text: a text that is not known. Its places can be told apart, and nothing else."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.domain.labels.inputs.base import offset_of, within
from backend.domain.labels.placement.location import Span

_POSITION_KEYS = ("start", "end", "startOffset", "endOffset", "globalOffsets", "text")
_TURN = 1 << 32
"""More than a turn of a dialogue has characters."""


@dataclass(frozen=True, slots=True)
class UnseenText:
    """A text of which only the `value` of a region is known."""

    region: Mapping[str, Any]

    def part(self, start: int, end: int) -> str:
        return str(self.region.get("text") or "")

    def value(self, start: int, end: int) -> dict[str, Any]:
        """As it came."""
        return {key: part for key, part in self.region.items() if key in _POSITION_KEYS}

    def span(self, value: Mapping[str, Any]) -> Span | None:
        """By numbers of the whole text, else by those within turns, whose numbers are strings."""
        offsets = value.get("globalOffsets", value)
        where = offsets if isinstance(offsets, Mapping) else {}
        ends = [_index(where, name) for name in ("start", "end")]
        return within(ends[0], ends[1], sys.maxsize)


def _index(where: Mapping[str, Any], name: str) -> int | None:
    number, units = offset_of(where.get(name)), offset_of(where.get(f"{name}Offset"))
    return number if number is None or units is None else number * _TURN + units
