"""`make bench-trust`: guarantees and intervals against simulated projects. Seeded, so it prints the same each time.

It writes the lines to `figures.txt` too, from which `python docs/tables.py` takes those that stand in the docs.
`python -m benchmarks.trust active shares` measures these alone and keeps the other lines.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy

from benchmarks.statistics import f1_coverage
from benchmarks.trust.active import active_accuracy, active_guarantees, active_shares
from benchmarks.trust.audits import audits
from benchmarks.trust.canaries import canaries
from benchmarks.trust.cascades import cascades
from benchmarks.trust.label_confidence import Row, label_confidence
from benchmarks.trust.likeness import likeness
from benchmarks.trust.looks import looks
from benchmarks.trust.people import people
from benchmarks.trust.perfection import perfection
from benchmarks.trust.promises import promises
from benchmarks.trust.real_confidence import real_confidence
from benchmarks.trust.shares import shares
from benchmarks.trust.small_draws import small_draws
from benchmarks.trust.winners import winners

Measure = Callable[[Any], Iterator[Row]]
MEASURES: tuple[Measure, ...] = (
    *(active_guarantees, active_accuracy, active_shares),
    *(cascades, promises, label_confidence, real_confidence, looks, winners, shares, f1_coverage, audits, people),
    *(perfection, small_draws, canaries, likeness),
)
"""The longest first, because two run at a time."""
FIGURES = Path(__file__).parent / "figures.txt"


def lines(measure: Measure) -> str:
    """The name of a measure and its lines."""
    rows = (
        f"{label:<70} {found:<28} {wanted}".rstrip() for label, found, wanted in measure(numpy.random.default_rng(1))
    )
    return "\n".join([f"# {measure.__name__}", *rows])


def main(names: Sequence[str]) -> None:
    measures = [measure for measure in MEASURES if not names or measure.__name__ in names]
    found = _sections() if names else {}
    with ProcessPoolExecutor(2) as processes:
        for measure, section in zip(measures, processes.map(lines, measures), strict=True):
            print(section, flush=True)
            found[measure.__name__] = section
    FIGURES.write_text("\n".join(found.values()) + "\n", encoding="utf-8")


def _sections() -> dict[str, str]:
    """Measure -> its lines as they are written down."""
    sections = FIGURES.read_text(encoding="utf-8").strip("\n").split("\n# ")
    return {section.removeprefix("# ").partition("\n")[0]: f"# {section.removeprefix('# ')}" for section in sections}


if __name__ == "__main__":
    main(sys.argv[1:])
