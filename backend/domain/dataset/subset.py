"""Subsets: the tasks of a project that a run takes. Parses and checks `--on`, and writes it in one form."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from backend.advice import Advice
from backend.domain.chat.request import MAX_ATTEMPTS
from backend.domain.dataset.split import parse_split
from backend.domain.task import parse_ids
from backend.domain.whole_number import whole_number
from backend.errors import SubsetError

if TYPE_CHECKING:
    from backend.domain.dataset.split import Split

WORDS = ("ground-truth", "sample", "all", "missing")
SAMPLES = ("sample", "truth-sample")
FLAGS = ("accepted", "stratify", "leave_one_out")
SAMPLE_SIZE = 20
SAMPLE_SEED = 0
"""A sample is drawn with it, so that the same command takes the same tasks again."""


@dataclass(frozen=True, slots=True)
class Subset:
    """A choice of tasks.

    kind: one of WORDS, `truth-sample` (a sample of the ground truths), `ids`, `view`, or `rest` (tasks that an earlier
        run or request left, by `ids`; deleted tasks are not an error)
    size: number of tasks in a sample
    seed: seed of a sample; None takes the first tasks
    stratify: whether a sample holds every label
    truth: which annotations count as ground truth
    split: the part of the ground truths; None for all
    accepted: whether ground truths made from the prompt's own predictions count
    leave_one_out: whether examples of the version count, each shown only the others
    attempts: how many answers a task may have
    """

    kind: str
    ids: tuple[int, ...] = ()
    view: int | None = None
    size: int = SAMPLE_SIZE
    seed: int | None = None
    truth: str = "ground-truth"
    attempts: int = MAX_ATTEMPTS
    split: "Split | None" = None
    accepted: bool = False
    stratify: bool = False
    leave_one_out: bool = False

    def __str__(self) -> str:
        """All fields on one line; `read_subset` is the inverse."""
        flags = [_written(name) for name in FLAGS if getattr(self, name)]
        return "/".join([self._whole(), *flags, *([str(self.split)] if self.split else [])])

    def _whole(self) -> str:
        if self.kind == "view":
            return f"view:{self.view}"
        if self.kind == "ids":
            return f"ids:{ranges(self.ids)}"
        if self.kind == "rest":
            return f"rest:{self.attempts}:{ranges(self.ids)}"
        truth = "" if self.truth == "ground-truth" else f":{self.truth}"
        if self.kind in SAMPLES:
            return f"{self.kind}:{self.size}:{'' if self.seed is None else self.seed}{truth}".rstrip(":")
        return f"{self.kind}{truth}"


def read_subset(text: str) -> Subset:
    """The Subset that was written by `str`."""
    whole, *options = text.split("/")
    split = next((parse_split(option) for option in options if ":" in option), None)
    more: dict[str, Any] = {"split": split, **{name: _written(name) in options for name in FLAGS}}
    kind, _, rest = whole.partition(":")
    if kind == "view":
        return Subset(kind, view=int(rest))
    if kind == "ids":
        return Subset(kind, ids=tuple(parse_ids(rest)))
    if kind == "rest":
        attempts, _, ids = rest.partition(":")
        return Subset(kind, ids=tuple(parse_ids(ids)), attempts=int(attempts))
    if kind in SAMPLES:
        size, seed, truth = (*rest.split(":"), "", "")[:3]
        return Subset(kind, size=int(size), seed=int(seed) if seed else None, truth=truth or "ground-truth", **more)
    return Subset(kind, truth=rest or "ground-truth", **more)


def _written(flag: str) -> str:
    """The option as it is written."""
    return flag.replace("_", "-")


def ranges(ids: Sequence[int]) -> str:
    """Ids as `3,7-12`, in the order given."""
    parts: list[list[int]] = []
    for number in ids:
        if parts and number == parts[-1][-1] + 1:
            parts[-1][1:] = [number]
        else:
            parts.append([number])
    return ",".join("-".join(map(str, part)) for part in parts)


def parse_subset(word: str, *, ids: str | None = None, size: int = SAMPLE_SIZE, seed: int | None = None) -> Subset:
    """The Subset of `--on WORD` and its related options. Raises SubsetError for an invalid one."""
    if word == "ids" or (ids is not None and word in ("", "ids")):
        if not ids:
            raise SubsetError("Which tasks? Add their ids, like 3,7-12.")
        return Subset("ids", ids=tuple(parse_ids(ids)))
    if ids is not None:
        raise SubsetError("Ids of tasks were given beside another choice of tasks:", Advice.IDS_ALONE)
    if word.startswith("view:"):
        view = whole_number(word.removeprefix("view:"))
        if view is None:
            raise SubsetError(f"'{word[:40]}' is not a Data Manager tab: write its number, like view:3.")
        return Subset("view", view=view)
    if word not in WORDS:
        raise SubsetError(f"'{word[:40]}' is not a subset: use {', '.join(WORDS)}, ids or view:ID.")
    if size < 1:
        raise SubsetError("A sample needs at least one task: ask for 1 or more.")
    return Subset(word, size=size, seed=seed)
