"""`make bench-trust`: guarantees and intervals against simulated projects. Seeded, so it prints the same each time."""

import numpy

from benchmarks.statistics import f1_coverage
from benchmarks.trust.audits import audits
from benchmarks.trust.cascades import cascades
from benchmarks.trust.label_confidence import label_confidence
from benchmarks.trust.looks import looks
from benchmarks.trust.people import people
from benchmarks.trust.promises import promises
from benchmarks.trust.real_confidence import real_confidence
from benchmarks.trust.shares import shares

MEASURES = (label_confidence, real_confidence, looks, shares, f1_coverage, audits, people, promises, cascades)


def main() -> None:
    for measure in MEASURES:
        for label, found, wanted in measure(numpy.random.default_rng(1)):
            print(f"{label:<62} {found:<40} {wanted}", flush=True)


if __name__ == "__main__":
    main()
