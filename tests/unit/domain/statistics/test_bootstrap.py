"""The bootstrap's short cut: sums of many rows are drawn at once, and come out as if the rows were drawn."""

import numpy
import pytest

from backend.domain.statistics.bootstrap import MANY, TIMES, agreement_interval, resample, resampled_sums


def test_sums_of_many_rows_are_spread_as_those_of_drawn_rows() -> None:
    rng = numpy.random.default_rng(3)
    parts = numpy.stack([rng.random(MANY), rng.random(MANY) ** 8, numpy.zeros(MANY)], axis=1)
    parts[:, 0] += parts[:, 1]
    short, long = resampled_sums(parts), resample(numpy.ones(MANY), lambda drawn: drawn @ parts)
    assert short.shape == long.shape
    assert short.mean(axis=0) == pytest.approx(long.mean(axis=0), rel=0.005)
    assert numpy.cov(short.T) == pytest.approx(numpy.cov(long.T), rel=0.2, abs=1e-9)
    assert numpy.percentile(short, (2.5, 97.5), axis=0) == pytest.approx(
        numpy.percentile(long, (2.5, 97.5), axis=0), rel=0.01, abs=1e-9
    )


def test_what_occurs_once_among_many_is_never_drawn_below_0() -> None:
    sums = resampled_sums(numpy.array([[0.0]] * MANY + [[5.0]]))
    assert sums.min() > 0
    assert numpy.percentile(sums, (2.5, 97.5)) == pytest.approx([5 * 0.025, 5 * 3.69], rel=0.3), "exponential"


def test_the_same_seed_gives_the_same_numbers() -> None:
    parts = numpy.ones((MANY, 1)) * numpy.arange(MANY)[:, None]
    assert (resampled_sums(parts, 1) == resampled_sums(parts, 1)).all()
    assert (resampled_sums(parts, 1) != resampled_sums(parts, 2)).any()
    assert (resampled_sums(parts[:5], 1) == resampled_sums(parts[:5], 1)).all()


@pytest.mark.parametrize("tasks", [[1.0] * 50, [500.0, 300.0, 200.0]])
def test_the_weight_of_equal_tasks_is_that_of_each_together(tasks: list[float]) -> None:
    drawn = resample(numpy.array(tasks), lambda weights: weights)
    assert drawn.shape == (TIMES, len(tasks))
    assert drawn.mean(axis=0) == pytest.approx(tasks, rel=0.2)
    assert drawn.var(axis=0) == pytest.approx(tasks, rel=0.4), "exponential weights of one task each"


def test_full_agreement_has_the_interval_of_as_many_tasks() -> None:
    """Each task adds what is apart and what would be by chance: of 20 that agree, the prior task alone is apart."""
    rows, chance = numpy.array([[0.0, 1.0]] * 20), numpy.array([1.0, 1.0])
    low, high = agreement_interval(rows, chance, lambda sums: 1 - sums[:, 0] / sums[:, 1]) or (9, 9)
    assert low == pytest.approx(0.025 ** (1 / 20), abs=0.02), "Clopper and Pearson's of 20 of 20"
    assert high == 1
