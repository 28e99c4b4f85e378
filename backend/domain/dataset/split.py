"""Splits: fixed parts of the ground truths, so that a prompt is improved on one part and evaluated on the other.

The part of a task follows from its data alone. Copies are always in the same part, on every machine, and new tasks move
no others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.domain.hashing import digest
from backend.errors import SubsetError

DEV, TEST = "dev", "test"
_PLACES = 1_000_000


@dataclass(frozen=True, slots=True)
class Split:
    """The `share` (between 0 and 1) of the tasks that is called `part`.

    Each part is counted from its own end: `dev:0.7` and `test:0.3` together are all tasks, and dev and test have no
    task in common if their shares add up to 1 or less.
    """

    part: str
    share: float

    def __str__(self) -> str:
        """`dev:0.5`; `parse_split` is the inverse."""
        return f"{self.part}:{self.share:g}"

    def has(self, data: Mapping[str, Any]) -> bool:
        """Whether a task with this data is in the part."""
        size, position = round(self.share * _PLACES), _position(data)
        return position < size if self.part == DEV else position >= _PLACES - size

    @property
    def rest(self) -> "Split":
        """The split of all other tasks."""
        return Split(TEST if self.part == DEV else DEV, round(1 - self.share, 6))


def parse_split(text: str) -> Split:
    """The Split of an `--split` option. Raises SubsetError for an invalid one."""
    part, _, share = text.partition(":")
    try:
        split = Split(part, round(float(share), 6))
    except ValueError:
        split = Split(part, 0.0)
    if part not in (DEV, TEST) or not 0 < split.share < 1:
        raise SubsetError(
            f"'{text[:40]}' is not a split: write dev:0.5 for the half to tune on, test:0.5 for the half held out."
        )
    return split


def _position(data: Mapping[str, Any]) -> int:
    """A number from 0 to 999,999, as good as random. Data nested too deeply for JSON is never asked about."""
    try:
        return int(digest(data)[:15], 16) % _PLACES
    except RecursionError:
        return 0
