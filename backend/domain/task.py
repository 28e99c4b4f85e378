"""A Task is an id and its data.

It never holds annotations or predictions: they would leak the answer into the prompt.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backend.domain.data_paths import MISSING, look_up
from backend.domain.picture import Attachment
from backend.errors import SubsetError

MOST_IDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Task:
    """trouble: why there is no data; "" if there is
    texts: variable -> what was loaded or decoded for it, or a Failure
    read: variable -> what a model reads in its place
    pictures: variable -> what it is shown there
    """

    id: int
    data: Mapping[str, Any]
    trouble: str = ""
    texts: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    read: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    pictures: Mapping[str, tuple[Attachment, ...]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def contents(self) -> Mapping[str, Any]:
        """`data` with `texts` in place of what stands there."""
        return {**self.data, **self.texts} if self.texts else self.data

    def value(self, variable: str) -> Any:
        """What a prompt says of a variable: its value, see `domain.data_paths`; None if there is none."""
        if variable in self.read:
            return self.read[variable]
        value = look_up(self.contents, variable)
        return None if value is MISSING else value


def parse_ids(text: str) -> list[int]:
    """Task ids from a list such as `3,7-12`, each once, in the order given.

    Raises SubsetError for anything else, and for more than MOST_IDS of them.
    """
    ids: dict[int, None] = {}
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d{1,18})\s*(?:-\s*(\d{1,18})\s*)?", part)
        if not match:
            raise SubsetError(f"'{part.strip()[:40]}' is not a task id: write ids like 3,7-12.")
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first:
            raise SubsetError(
                f"'{part.strip()[:40]}' is not a range of task ids: write the smaller id first, like 7-12."
            )
        if last - first < MOST_IDS:  # else not even made
            ids.update(dict.fromkeys(range(first, last + 1)))
        if last - first >= MOST_IDS or len(ids) > MOST_IDS:
            raise SubsetError(
                f"These are more than {MOST_IDS:,} task ids: take all tasks, or those of a tab of the Data Manager."
            )
    return list(ids)
