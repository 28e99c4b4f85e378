"""Chunks: the steps of a run that several workers share. A run is planned, then asked in chunks, and then ended."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

PLAN, END = 0, -1
"""Numbers of the first and the last job; the chunks between them count from 1."""
NOBODY = ""
"""Stands for the owner of a chunk that waits for a worker."""
CHUNK = 1000
"""Tasks of one chunk: a second or two of asking, so that the last ones do not leave the other workers idle."""
BLOCK = 1024
"""Ids whose bits are one number."""
MOST_DEATHS = 3
"""So many workers may end without a word while they have a job; then it is quarantined."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """One step of a run.

    kind: plan, ask or end
    ids: the tasks of the step
    deaths: how many workers ended while they had it
    """

    run_id: str
    number: int
    kind: str
    ids: tuple[int, ...]
    deaths: int


class TaskIds:
    """Ids of tasks, a bit for each where they stand close together: those of a million tasks in a row take 0.2 MB, and
    as a set 60."""

    def __init__(self, ids: Iterable[int] = ()) -> None:
        self._blocks: dict[int, int] = {}
        for number in ids:
            self.add(number)

    def __len__(self) -> int:
        return sum(map(int.bit_count, self._blocks.values()))

    def add(self, number: int) -> bool:
        """Whether it is new."""
        block, bit = divmod(number, BLOCK)
        before = self._blocks.get(block, 0)
        self._blocks[block] = before | 1 << bit
        return not before >> bit & 1


def cut(pages: Iterable[list[int]], planned: TaskIds, size: int = CHUNK) -> Iterator[list[int]]:
    """Ids in chunks of `size`, each once and none of `planned`."""
    chunk: list[int] = []
    for page in pages:
        for number in page:
            if not planned.add(number):
                continue
            chunk.append(number)
            if len(chunk) == size:
                yield chunk
                chunk = []
    if chunk:
        yield chunk
