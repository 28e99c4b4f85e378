"""Split: a fixed part of the ground truths, so that a prompt is tuned on one and judged on the other.

Which part a task is in follows from its data alone: tasks that are copies of each other are always in the same one, on
every machine, and tasks that are added later move none of the others.
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
    """The `share` (between 0 and 1) of the tasks that is called `part`. Each part is counted from its own end, so that
    `dev:0.7` and `test:0.3` are all tasks, and dev and test share none as long as their shares add up to 1 or less."""

    part: str
    share: float

    def __str__(self) -> str:
        """`dev:0.5`; `parse_split` is the inverse."""
        return f"{self.part}:{self.share:g}"

    def has(self, data: Mapping[str, Any]) -> bool:
        """Whether a task with this data is in it."""
        size, place = round(self.share * _PLACES), _place(data)
        return place < size if self.part == DEV else place >= _PLACES - size

    @property
    def rest(self) -> "Split":
        """What it leaves out."""
        return Split(TEST if self.part == DEV else DEV, round(1 - self.share, 6))


def parse_split(text: str) -> Split:
    """The Split that `--split` means. Raises SubsetError for what means nothing."""
    part, _, share = text.partition(":")
    try:
        found = Split(part, round(float(share), 6))
    except ValueError:
        found = Split(part, 0.0)
    if part not in (DEV, TEST) or not 0 < found.share < 1:
        raise SubsetError(
            f"'{text[:40]}' is not a split: write dev:0.5 for the half to tune on, test:0.5 for the half held out."
        )
    return found


def _place(data: Mapping[str, Any]) -> int:
    """0 to 999,999, as good as drawn at random. Data nested too deeply to be written is asked about by nobody."""
    try:
        return int(digest(data)[:15], 16) % _PLACES
    except RecursionError:
        return 0
