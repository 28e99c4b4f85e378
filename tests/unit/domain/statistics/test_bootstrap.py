"""The bootstrap's short cut: sums of many rows are drawn at once, and come out as if the rows were drawn."""

import numpy
import pytest

from backend.domain.statistics.bootstrap import MANY, resample, resampled_sums


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


def test_the_same_seed_gives_the_same_numbers() -> None:
    parts = numpy.ones((MANY, 1)) * numpy.arange(MANY)[:, None]
    assert (resampled_sums(parts, 1) == resampled_sums(parts, 1)).all()
    assert (resampled_sums(parts, 1) != resampled_sums(parts, 2)).any()
    assert (resampled_sums(parts[:5], 1) == resampled_sums(parts[:5], 1)).all()
