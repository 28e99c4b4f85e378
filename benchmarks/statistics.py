"""`python -m benchmarks.statistics`: do the statistics keep what they say? Simulated projects, whose truth is known.

Each figure stands beside what it should be. Seeded, so it prints the same each time, but for the seconds.
"""

from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any

import numpy
from scipy.stats import binom

from backend.domain.answer import Answer, Labels, labels_or_none
from backend.domain.calibration.fit import calibrate
from backend.domain.calibration.scored_answers import ScoredAnswer
from backend.domain.calibration.threshold import threshold
from backend.domain.labels.config import read_config
from backend.domain.labels.schema import LabelSchema
from backend.domain.metrics.cases import Case, count_cases
from backend.domain.metrics.classification import score_of
from backend.domain.metrics.score_intervals import score_intervals
from backend.domain.outcome import Outcome, Truth
from backend.domain.statistics.intervals import Interval, tasks_needed, wilson
from backend.domain.statistics.paired_tests import difference_interval, mcnemar
from benchmarks.confidence import CONFIGS, measured

LABELS = ("billing", "bug", "praise", "question")
SHARES = (0.4, 0.3, 0.2, 0.1)
SKEWED = (0.9, 0.08, 0.02)
ACCURACIES = (0.9, 0.95, 0.99)
TARGET = 0.95

Row = tuple[str, str, str]
"""What was measured, what came out, what should."""


def main() -> None:
    for measure in (speed, wilson_coverage, f1_coverage, paired_coverage, power, sure, promises, calibrated):
        for label, found, wanted in measure(numpy.random.default_rng(1)):
            print(f"{label:<68} {found:<22} {wanted}", flush=True)


def schema(multiple: bool = False) -> LabelSchema:
    choices = "".join(f'<Choice value="{label}"/>' for label in LABELS)
    kind = "multiple" if multiple else "single"
    control = f'<Choices name="c" toName="t" choice="{kind}">{choices}</Choices>'
    return read_config(f'<View><Text name="t" value="$text"/>{control}</View>')


def wilson_coverage(_rng: Any) -> Iterator[Row]:
    """Exact: the chance of the counts whose interval contains the true accuracy."""
    for tasks in (20, 50, 100, 400):
        low, high = numpy.array([wilson(right, tasks) for right in range(tasks + 1)]).T
        held = [
            binom.pmf(numpy.arange(tasks + 1), tasks, true)[(low <= true) & (true <= high)].sum() for true in ACCURACIES
        ]
        yield f"Wilson covers, {tasks} tasks, right on 90, 95, 99 %", ", ".join(f"{one:.1%}" for one in held), "95 %"


def f1_coverage(rng: Any) -> Iterator[Row]:
    """A model that is right on that share and else says any label, rare ones less."""
    for shares, right in ((SHARES, 0.8), (SKEWED, 0.9)):
        chances = numpy.outer(shares, shares) * (1 - right) + numpy.diag(numpy.array(shares) * right)
        cells: list[tuple[Answer, Answer]] = [
            ({"c": Labels((truth,))}, {"c": Labels((answer,))})
            for truth in LABELS[: len(shares)]
            for answer in LABELS[: len(shares)]
        ]
        true = score_of(_cases(cells, numpy.round(chances.ravel() * 1_000_000)), schema()).f1_macro
        for tasks in (20, 50, 100, 400):
            drawn = (_cases(cells, rng.multinomial(tasks, chances.ravel())) for _ in range(400))
            held = [_covers(score_intervals(cases, schema()).f1_macro, true) for cases in drawn]
            labels = "/".join(f"{share:g}" for share in shares)
            yield f"interval covers F1 macro, {tasks} tasks, {labels}", f"{numpy.mean(held):.1%}", "90 % from 50 on"


def _cases(cells: list[tuple[Answer, Answer]], counts: Any) -> list[Case]:
    pairs = zip(cells, counts, strict=True)
    return [Case(truth, answer, int(n), truth == answer) for (truth, answer), n in pairs if n]


def _covers(interval: Interval | None, true: float | None) -> bool:
    return interval is not None and true is not None and interval[0] <= true <= interval[1]


def paired_coverage(rng: Any) -> Iterator[Row]:
    for tasks in (20, 100, 400):
        held = []
        for _ in range(1000):
            chances = rng.dirichlet((4, 1, 1, 2))
            interval = difference_interval(*map(int, rng.multinomial(tasks, chances)))
            held.append(_covers(interval, chances[1] - chances[2]))
        yield f"paired interval covers, {tasks} tasks", f"{numpy.mean(held):.1%}", "95 %"


def power(rng: Any) -> Iterator[Row]:
    tasks = tasks_needed(0.8)
    chances = (0.8 * 0.75, 0.2 * 0.75, 0.8 * 0.25, 0.2 * 0.25)
    tables = rng.multinomial(tasks, chances, size=1000)
    seen = numpy.mean([mcnemar(int(fixed), int(broken)) < 0.05 for _, fixed, broken, _ in tables])
    yield f"5 points seen among the {tasks} tasks it asks for at 0.8", f"{seen:.1%}", "about 80 %"


def sure(_rng: Any) -> Iterator[Row]:
    """Against the exact distribution of the stand-in; samples against the same."""
    for name, config in CONFIGS.items():
        gaps = [abs((outcome.confidence or 0.0) - exact) for outcome, exact, _ in measured(config)]
        yield f"confidence from the truth at most, {len(gaps)} answers, {name}", f"{max(gaps):.1g}", "within 0.01"
    for samples in (3, 5, 10, 20):
        found = list(measured(CONFIGS["one label"], f"samples:{samples}"))
        gap = numpy.mean([abs((outcome.confidence or 0.0) - exact) for outcome, exact, _ in found])
        yield f"agreement from the truth on average, samples:{samples}", f"{gap:.3f}", "no bound"


def promises(rng: Any) -> Iterator[Row]:
    """`upwards`: the true accuracy of everything at least as confident."""
    for tasks, projects in ((1000, 2000), (200, 400)):
        for name, centre in (("an easy", 3.0), ("a hard", 2.0), ("a hopeless", 0.0)):
            best = numpy.sort(_logistic(rng.normal(centre, 1.5, 1_000_000)))[::-1]
            upwards = numpy.cumsum(best) / numpy.arange(1, len(best) + 1)
            covers = numpy.mean(upwards >= TARGET)
            found = [_promise(rng, best, upwards, tasks) for _ in range(projects)]
            kept = [one for one in found if one is not None]
            broken = sum(accuracy < TARGET for accuracy, _ in kept) / len(found)
            label = f"guarantee of {TARGET} broken, {projects} x {tasks} tasks, {name} project"
            yield label, f"{broken:.1%}", "at most 6.5 %"
            covered = f", covers {numpy.mean([c for _, c in kept]):.0%}" if kept else ""
            yield "  found", f"{len(kept) / len(found):.0%}{covered}", f"could cover {covers:.0%}"


def _promise(rng: Any, best: Any, upwards: Any, tasks: int) -> tuple[float, float] | None:
    """(true accuracy from the threshold up, coverage) of one project."""
    own = best[rng.integers(len(best), size=tasks)]
    rights = rng.random(tasks) < own
    found = threshold(
        [ScoredAnswer(n, float(p), bool(r)) for n, (p, r) in enumerate(zip(own, rights, strict=True))], TARGET
    )
    if found.threshold is None:
        return None
    above = int(numpy.searchsorted(-best, -found.threshold, side="right"))
    return float(upwards[above - 1]), found.coverage


def calibrated(rng: Any) -> Iterator[Row]:
    for name, distort in DISTORTIONS.items():
        before, after = [], []
        for _ in range(10):
            odds = rng.normal(1.5, 1.5, 1000)
            true, sure = _logistic(odds), numpy.clip(distort(odds), 0, 1)
            rights = rng.random(1000) < true
            claims = [ScoredAnswer(n, float(s), bool(r)) for n, (s, r) in enumerate(zip(sure, rights, strict=True))]
            apply = calibrate(claims).calibrator or float
            before.append(numpy.abs(sure - true).mean())
            after.append(numpy.abs([apply(s) for s in sure.tolist()] - true).mean())
        label = f"calibrated from the truth, 1,000 tasks, {name}"
        yield label, f"{numpy.mean(after):.3f} (raw {numpy.mean(before):.3f})", "below 0.03"


def _logistic(odds: Any) -> Any:
    return 1 / (1 + numpy.exp(-odds))


DISTORTIONS: dict[str, Callable[[Any], Any]] = {
    "already right": _logistic,
    "too sure": lambda odds: _logistic(2 * odds),
    "not sure enough": lambda odds: _logistic(odds / 2),
    "shifted": lambda odds: _logistic(odds + 1),
    "a step": lambda odds: numpy.where(odds > 0.8, 0.5 + _logistic(odds) / 2, _logistic(odds) / 5),
}


def speed(rng: Any) -> Iterator[Row]:
    for multiple in (False, True):
        truth, answer = rng.random((2, 100_000, len(LABELS)))
        truths = [Truth(task, {"c": _chosen(row, multiple)}) for task, row in enumerate(truth)]
        outcomes = [Outcome(task, {"c": _chosen(row, multiple)}) for task, row in enumerate(answer)]
        wilson(1, 2)  # What is imported lazily is not what is measured.
        start = perf_counter()
        cases = count_cases(outcomes, truths, schema(multiple))
        score_of(cases, schema(multiple))
        score_intervals(cases, schema(multiple))
        kind = "many labels" if multiple else "one label"
        yield f"scoring 100,000 with intervals, {kind}", f"{perf_counter() - start:.2f} s", "under 3 s"


def _chosen(row: Any, multiple: bool) -> Labels | None:
    if multiple:
        return labels_or_none(label for label, number in zip(LABELS, row.tolist(), strict=True) if number < 0.3)
    return Labels((LABELS[int(row.argmax())],))


if __name__ == "__main__":
    main()
