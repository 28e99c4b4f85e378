"""Draw: which tasks of a project people are asked to label, in an order that is as good as random.

The order is that of a hash of the task's number. It is fixed before anybody labels, and independent of what tasks say,
of the splits (`domain.dataset.split`) and of the order of import. So the drawn tasks are a random sample of the
project, which ground truths that people chose themselves are not. Tasks that are imported later fall into the same
order: some of them belong to the draw at once.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from backend.domain.dataset.split import Split
from backend.domain.hashing import digest


@dataclass(frozen=True, slots=True)
class Draw:
    """The tasks of a project whose key is not above `last`."""

    project: int
    last: str

    def has(self, task: int) -> bool:
        return draw_key(self.project, task) <= self.last

    def among(self, tasks: Iterable[int]) -> list[int]:
        """Those of `tasks` that are drawn, in the order of the draw."""
        return [task for task in in_order(self.project, tasks) if self.has(task)]


@dataclass(frozen=True, slots=True)
class TruthBasis:
    """What a number that is computed from ground truths rests on.

    truths: their tasks
    drawn: those of them that were drawn at random; None where the project has no draw
    gaps: tasks that were drawn and have no ground truth that counts
    split: the part of the ground truths that this is about; None for all
    chosen: tasks of ground truths on which a version was chosen, by a search: it seems better on them than it is.
        Among `truths`, or left out of them
    """

    truths: tuple[int, ...]
    drawn: tuple[int, ...] | None = None
    gaps: tuple[int, ...] = ()
    split: Split | None = None
    chosen: tuple[int, ...] = ()

    @property
    def flattering(self) -> int:
        """How many of the ground truths chose a version."""
        return len(set(self.chosen) & set(self.truths))

    def without_chosen(self) -> "TruthBasis":
        """The same of the ground truths on which no version was chosen."""
        kept = tuple(task for task in self.truths if task not in set(self.chosen))
        drawn = None if self.drawn is None else tuple(task for task in self.drawn if task not in set(self.chosen))
        return replace(self, truths=kept, drawn=drawn)

    @property
    def random(self) -> bool:
        """Whether all of them, and nothing else, are a random sample."""
        return self.drawn is not None and len(self.drawn) == len(self.truths) and not self.gaps


def draw_key(project: int, task: int) -> str:
    """64 hex digits; the tasks with the lowest ones are drawn first."""
    return digest(["draw", project, task])


def in_order(project: int, tasks: Iterable[int]) -> list[int]:
    return sorted(tasks, key=lambda task: draw_key(project, task))


def drawn_to(before: Draw | None, project: int, tasks: Sequence[int], size: int) -> Draw:
    """The draw of the first `size` of `tasks` (all of the project). It never becomes smaller than it was `before`:
    leaving tasks out again, once their labels are known, would be a choice."""
    last = draw_key(project, in_order(project, tasks)[:size][-1])
    return Draw(project, last if before is None else max(last, before.last))


def basis_of(draw: Draw | None, tasks: Iterable[int], truths: Sequence[int], known: Collection[int]) -> TruthBasis:
    """What `truths` rest on.

    tasks: those among which was drawn
    known: tasks that a person labelled and that are left out for another reason than that, such as examples
    """
    if draw is None:
        return TruthBasis(tuple(truths))
    settled = {*truths, *known}
    gaps = tuple(task for task in draw.among(tasks) if task not in settled)
    return TruthBasis(tuple(truths), tuple(task for task in truths if draw.has(task)), gaps)
