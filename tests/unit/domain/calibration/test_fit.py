from collections.abc import Callable, Sequence

import numpy
import pytest
from numpy.typing import NDArray
from threadpoolctl import threadpool_info, threadpool_limits

from backend.domain.calibration import fit
from backend.domain.calibration.calibrators import Calibrator, Isotonic, Logistic
from backend.domain.calibration.fit import calibrate
from backend.domain.calibration.scored_answers import ScoredAnswer
from tests.scripted import some

Floats = NDArray[numpy.float64]
Distortion = Callable[[Floats], Floats]


def world(distort: Distortion, tasks: int = 1000, seed: int = 1) -> tuple[list[ScoredAnswer], Floats]:
    """Claims whose true probability of being right is known, and the probabilities."""
    rng = numpy.random.default_rng(seed)
    true = 1 / (1 + numpy.exp(-rng.normal(1.5, 1.5, tasks)))
    rights = rng.random(tasks) < true
    sures = distort(true)
    return [ScoredAnswer(n, float(s), bool(r)) for n, (s, r) in enumerate(zip(sures, rights, strict=True))], true


def sharper(true: Floats) -> Floats:
    return true**3 / (true**3 + (1 - true) ** 3)


def step(true: Floats) -> Floats:
    return numpy.where(true > 0.7, 0.5 + 0.5 * true, 0.2 * true)


def fitted(claims: Sequence[ScoredAnswer]) -> Calibrator:
    calibrator = calibrate(claims).calibrator
    assert calibrator is not None
    return calibrator


@pytest.mark.parametrize(("distort", "kind"), [(sharper, Logistic), (step, Isotonic)])
def test_it_helps_where_confidences_are_off(distort: Distortion, kind: type[Calibrator]) -> None:
    claims, true = world(distort)
    found = calibrate(claims)
    assert isinstance(found.calibrator, kind)
    assert found.reason is None
    assert some(found.brier_held_out) < some(found.brier)
    apart = [abs(found.calibrator(some(claim.confidence)) - p) for claim, p in zip(claims, true, strict=True)]
    raw = [abs(claim.confidence - p) for claim, p in zip(claims, true, strict=True)]
    assert sum(apart) < sum(raw) / 2


@pytest.mark.parametrize("seed", [2, pytest.param(3, marks=pytest.mark.slow), pytest.param(4, marks=pytest.mark.slow)])
def test_on_a_thousand_tasks_it_comes_near_the_truth(seed: int) -> None:
    for distort in (sharper, step):
        claims, true = world(distort, seed=seed)
        put = fitted(claims)
        assert numpy.mean([abs(put(some(claim.confidence)) - p) for claim, p in zip(claims, true, strict=True)]) < 0.035


def test_the_few_values_that_samples_take_are_calibrated_too() -> None:
    claims, true = world(lambda true: numpy.round(5 * sharper(true)) / 5)
    put = fitted(claims)
    assert [put(share / 5) for share in range(6)] == sorted(put(share / 5) for share in range(6))
    for share in (0.4, 0.6, 0.8, 1.0):
        alike = [p for claim, p in zip(claims, true, strict=True) if claim.confidence == share]
        assert put(share) == pytest.approx(numpy.mean(alike), abs=0.08)


def test_a_confidence_that_means_what_it_says_is_left_alone() -> None:
    found = calibrate(world(lambda true: true)[0])
    assert found.calibrator is None
    assert "held-out" in some(found.reason)
    assert (some(found.brier) > 0, found.brier_held_out, found.held_out) == (True, None, ())


def test_held_out_confidences_are_not_those_of_the_calibrator() -> None:
    claims, _ = world(sharper, tasks=200)
    found = calibrate(claims)
    assert [claim.task_id for claim in found.held_out] == [claim.task_id for claim in claims]
    assert [claim.correct for claim in found.held_out] == [claim.correct for claim in claims]
    put = fitted(claims)
    assert all(h.confidence != put(some(c.confidence)) for h, c in zip(found.held_out, claims, strict=True))
    assert calibrate(claims) == found


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ([], "has a confidence"),
        ([ScoredAnswer(1, None, True)], "has a confidence"),
        ([ScoredAnswer(n, 0.9, True) for n in range(500)], "there are 500 and 0"),
        ([ScoredAnswer(n, 0.9, n > 8) for n in range(100)], "there are 91 and 9"),
    ],
)
def test_too_little_ground_truth_is_said(claims: Sequence[ScoredAnswer], reason: str) -> None:
    found = calibrate(claims)
    assert found.calibrator is None
    assert reason in some(found.reason)


def test_a_confidence_turned_upside_down_does_not_turn_the_order() -> None:
    claims, _ = world(lambda true: 1 - true)
    put = fitted(claims)
    assert put(0.1) <= put(0.9)


def test_its_small_matrices_are_worked_on_by_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    threads, whole = set[int](), fit._logistic

    def logistic(sure: Floats, right: Floats) -> Calibrator:
        threads.update(pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas")
        return whole(sure, right)

    monkeypatch.setattr(fit, "_logistic", logistic)
    with threadpool_limits(2, user_api="blas"):
        calibrate(world(sharper, tasks=200)[0])
    assert threads == {1}
