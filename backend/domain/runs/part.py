"""Part: what one of several processes does that share a run on one machine.

The digest of a request says which process asks it. So equal requests belong to one process, and no process needs to
claim them.
"""

import re
from dataclasses import dataclass
from typing import Self

_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Part:
    """The `number`-th, from 1, of `of` parts."""

    number: int = 1
    of: int = 1

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    @classmethod
    def read(cls, text: str) -> Self:
        """From a text like `2/4`. Raises ValueError for anything else."""
        match = re.fullmatch(r"(\d{1,4})/(\d{1,4})", text)
        if not match or not 1 <= int(match[1]) <= int(match[2]):
            raise ValueError(f"'{text[:40]}' is not a part: write one like 2/4.")
        return cls(int(match[1]), int(match[2]))

    def amount(self, whole: int) -> int:
        """Its part of a number; the amounts of all parts make up `whole`."""
        return whole // self.of + (self.number <= whole % self.of)


WHOLE = Part()
"""Of a run that one process works on."""


def place_of(digest: str, parts: int) -> int:
    """Which of the parts, from 0, a request belongs to. digest: hex digits"""
    return int(digest[:_DIGITS], 16) % parts
