"""Looks: counts how often rewrites were judged on the same ground truths, and sets how strong the evidence for a
rewrite must be.

Of many equal rewrites one looks better by chance. The k-th look of a count has the level 0.05 x 6 / (pi k)^2,
one-sided. All levels of a count together are 0.05 (the sum of 1 / k^2 is pi^2 / 6), so any number of looks at the same
ground truths calls an equal rewrite better in at most 5 %. The first has 0.0304, more than the 0.025 of a two-sided
test.

A look that brings at least as many ground truths that no look has seen as its count has seen, and at least FRESH,
begins a new count: it and those after it judge without the ground truths of earlier counts, from the first level on.
Each count has 5 % of its own, so over n counts the chance is at most n times 5 %: it adds up where many such batches of
ground truths are added.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import pi

from backend.domain.metrics.comparison import BETTER, UNDECIDED, WORSE, VersionPair
from backend.domain.statistics.paired_tests import mcnemar

ALL_LOOKS = 0.05
FRESH = 20
"""Fewest ground truths that begin a new count."""


@dataclass(frozen=True, slots=True)
class Look:
    """One prompt on one set of ground truths.

    content: digest of the prompt, see `PromptVersion.content`
    tasks: those of the ground truths
    """

    content: str
    tasks: frozenset[int]


@dataclass(frozen=True, slots=True)
class CountedLook:
    """number: of the look, from 1
    tasks: on which it judges
    """

    number: int
    tasks: frozenset[int]

    @property
    def level(self) -> float:
        """The one-sided p-value below which a rewrite is better."""
        return ALL_LOOKS * 6 / (pi * self.number) ** 2


@dataclass(frozen=True, slots=True)
class Winner:
    """A version that a search chose: it seems better on these ground truths than on others.

    number: of the version
    tasks: of the ground truths that the search learned from, and of those that judged it
    """

    number: int
    tasks: frozenset[int]


def chose(winners: Iterable[Winner], number: int) -> frozenset[int]:
    """Tasks of the ground truths that chose a version: in its own search, or in that of an earlier version of its
    prompt, from which it may have been made.

    number: of the version
    """
    return frozenset[int]().union(*(winner.tasks for winner in winners if winner.number <= number))


def counted(past: Iterable[Look], look: Look, base: str) -> CountedLook:
    """`look` among those before it, in their order. The same look again has the number it had.

    base: digest of the prompt that it is compared with; looks at that do not count, but if `look` is one
    """
    closed: frozenset[int] = frozenset()
    group: frozenset[int] = frozenset()
    number = 0
    for earlier in [
        *dict.fromkeys(earlier for earlier in past if earlier.content not in {base} - {look.content}),
        look,
    ]:
        fresh = earlier.tasks - closed - group
        if group and len(fresh) >= max(len(group), FRESH):
            closed, group, number = closed | group, fresh, 1
        else:
            group, number = group | fresh, number + 1
        if earlier == look:
            break
    return CountedLook(number, look.tasks - closed)


def judged(pair: VersionPair, look: CountedLook) -> VersionPair:
    """`pair` with the verdict that this look allows; its other figures stay those of all tasks."""
    fixed, broken = (sum(task in look.tasks for task in tasks) for tasks in (pair.fixed, pair.broken))
    p_value = mcnemar(fixed, broken)
    if fixed > broken:
        return replace(pair, verdict=BETTER if p_value / 2 < look.level else UNDECIDED)
    return replace(pair, verdict=WORSE if pair.verdict == WORSE else UNDECIDED)
