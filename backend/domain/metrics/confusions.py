"""Confusions: which label was answered where another one was right, and how often."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Tables = Mapping[str, Mapping[str, Mapping[str, int]]]
"""Control -> truth -> answer -> tasks, as `Score.confusion` has them."""


@dataclass(frozen=True, slots=True)
class Confusion:
    """`times`: how often `truth` was answered with `answer`, which may be `classification.REJECTED`."""

    control: str
    truth: str
    answer: str
    times: int

    @property
    def sentence(self) -> str:
        """A sentence for a person to complete and add to the definitions."""
        return f'Choose "{self.truth}", not "{self.answer}", when …'


def confusions(counts: Iterable[Tables]) -> list[Confusion]:
    """The confusions in the tables of several scores together, the most frequent first."""
    times = Counter[tuple[str, str, str]]()
    for tables in counts:
        for control, table in tables.items():
            for truth, row in table.items():
                for answer, number in row.items():
                    if answer != truth:
                        times[control, truth, answer] += number
    ranked = sorted(times.items(), key=lambda pair: (-pair[1], pair[0]))
    return [Confusion(*names, number) for names, number in ranked]
