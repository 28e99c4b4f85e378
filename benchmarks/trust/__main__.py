"""`make bench-trust`: guarantees and intervals against simulated projects. Seeded, so it prints the same each time."""

import numpy

from benchmarks.trust.promises import promises

MEASURES = (promises,)


def main() -> None:
    for measure in MEASURES:
        for label, found, wanted in measure(numpy.random.default_rng(1)):
            print(f"{label:<62} {found:<28} {wanted}", flush=True)


if __name__ == "__main__":
    main()
