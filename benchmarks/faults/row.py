"""Row: what a fault cost."""

from typing import NamedTuple

COLUMNS = ("killed or cut", "times", "tasks", "lost", "asked again", "which may be at most")


class FaultRow(NamedTuple):
    """Counts over all `times`; None where it could not be measured on this machine. `lost`: tasks without an answer;
    `most`: requests that may have to be asked again, because nobody heard their answer."""

    name: str
    times: int | None
    tasks: int | None
    lost: int | None
    again: int | None
    most: int

    def cells(self) -> list[str]:
        return [self.name, *("n/a" if count is None else f"{count:,}" for count in self[1:])]
