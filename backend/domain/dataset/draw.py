"""Draw: which tasks of a project people are asked to label, in an order that is as good as random.

The order is that of a hash of the task's number. It is fixed before anybody labels, and independent of what tasks say,
of the splits (`domain.dataset.split`) and of the order of import. So the drawn tasks are a random sample of the
project, which ground truths that people chose themselves are not. Tasks that are imported later fall into the same
order: some of them belong to the draw at once.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from backend.domain.dataset.split import Split
from backend.domain.hashing import digest

_DIGITS = 13
"""Of a key, of which a float keeps each."""


@dataclass(frozen=True, slots=True)
class Draw:
    """The tasks of a project whose key is not above `last`, which all had the same chance.

    chances: task -> chance (0..1) with which its key was low enough, of tasks that an active draw asked for (see
        `domain.dataset.active_draw`); some of them are above `last`
    """

    project: int
    last: str
    chances: Mapping[int, float] = field(default_factory=dict)

    def has(self, task: int) -> bool:
        """Whether it was drawn at random."""
        return draw_key(self.project, task) <= self.last

    def among(self, tasks: Iterable[int]) -> list[int]:
        """Those of `tasks` that were drawn at random, in the order of the draw."""
        return in_order(self.project, (task for task in tasks if self.has(task)))

    def active(self, tasks: Iterable[int]) -> list[int]:
        """Those of `tasks` that only an active draw asked for, in the order of the draw."""
        return in_order(self.project, (task for task in tasks if task in self.chances and not self.has(task)))

    def chance(self, task: int) -> float:
        """With which a task that was drawn, in either way, was drawn."""
        return max(share_of(self.last), self.chances.get(task, 0.0))


@dataclass(frozen=True, slots=True)
class TruthBasis:
    """What a number that is computed from ground truths rests on.

    truths: their tasks
    drawn: those of them that were drawn at random; None where the project has no draw
    gaps: tasks that were drawn and have no ground truth that counts
    split: the part of the ground truths that this is about; None for all
    chosen: tasks of ground truths on which a version was chosen, by a search: it seems better on them than it is.
        Among `truths`, or left out of them
    active: those of the tasks that only an active draw asked for
    active_gaps: tasks that only an active draw asked for and that have no ground truth that counts
    chances: task -> chance, of all that were drawn, in either way; empty without an active draw
    """

    truths: tuple[int, ...]
    drawn: tuple[int, ...] | None = None
    gaps: tuple[int, ...] = ()
    split: Split | None = None
    chosen: tuple[int, ...] = ()
    active: tuple[int, ...] = ()
    active_gaps: tuple[int, ...] = ()
    chances: Mapping[int, float] = field(default_factory=dict)

    @property
    def flattering(self) -> int:
        """How many of the ground truths chose a version."""
        return len(set(self.chosen) & set(self.truths))

    def without_chosen(self) -> "TruthBasis":
        """The same of the ground truths on which no version was chosen."""
        out = set(self.chosen)
        truths, active = (tuple(task for task in tasks if task not in out) for tasks in (self.truths, self.active))
        drawn = None if self.drawn is None else tuple(task for task in self.drawn if task not in out)
        return replace(self, truths=truths, drawn=drawn, active=active)

    def of_split(self, split: Split | None, gaps: Collection[int]) -> "TruthBasis":
        """The same, about that part of the ground truths. `gaps`: those in it, of both kinds."""
        random, active = (tuple(task for task in kind if task in gaps) for kind in (self.gaps, self.active_gaps))
        return replace(self, split=split, gaps=random, active_gaps=active)

    @property
    def unbiased(self) -> tuple[int, ...]:
        """Those of the tasks that no active draw chose."""
        return tuple(task for task in self.truths if task not in set(self.active))

    @property
    def random(self) -> bool:
        """Whether all of them, and nothing else, are a random sample."""
        return self.drawn is not None and len(self.drawn) == len(self.truths) and not self.gaps


def draw_key(project: int, task: int) -> str:
    """64 hex digits; the tasks with the lowest ones are drawn first."""
    return digest(["draw", project, task])


def share_of(key: str) -> float:
    """The share of all keys that are lower, 0..1."""
    return float(int(key[:_DIGITS], 16) / 16**_DIGITS)


def key_of(share: float) -> str:
    """The key below which this share (0..1) of all keys is, or a little lower, so that no float rounds it up."""
    if share >= 1:
        return "f" * 64
    return f"{max(0, int(share * 16**_DIGITS) - 4):0{_DIGITS}x}".ljust(64, "0")


def in_order(project: int, tasks: Iterable[int]) -> list[int]:
    return sorted(tasks, key=lambda task: draw_key(project, task))


def drawn_to(before: Draw | None, project: int, tasks: Sequence[int], size: int) -> Draw:
    """The draw of the first `size` of `tasks` (all of the project). It never becomes smaller than it was `before`:
    leaving tasks out again, once their labels are known, would be a choice."""
    last = draw_key(project, in_order(project, tasks)[:size][-1])
    return Draw(project, last) if before is None else replace(before, last=max(last, before.last))


def basis_of(draw: Draw | None, tasks: Sequence[int], truths: Sequence[int], excluded: Collection[int]) -> TruthBasis:
    """What `truths` rest on.

    tasks: those among which was drawn
    excluded: tasks that a person labelled and that are left out for another reason than that, such as examples
    """
    if draw is None:
        return TruthBasis(tuple(truths))
    settled, random, active = {*truths, *excluded}, draw.among(tasks), draw.active(tasks)
    return TruthBasis(
        truths=tuple(truths),
        drawn=tuple(task for task in truths if draw.has(task)),
        gaps=tuple(task for task in random if task not in settled),
        active=tuple(task for task in active if task in set(truths)),
        active_gaps=tuple(task for task in active if task not in settled),
        chances={task: draw.chance(task) for task in (*random, *active)} if draw.chances else {},
    )
