"""Which settings fit a model's server, from the time of a few small requests."""

import pytest

from backend.domain.runs.request_speed import MARGIN, TOGETHER, Limits, Speed, fitting, is_slow

DEFAULTS = Limits(32, 60)


@pytest.mark.parametrize(
    "speed",
    [
        Speed(0.4),
        Speed(0.4, slots=1),
        Speed(5, together=5.5),
        Speed(15, together=16),
    ],
    ids=["fast", "fast with one slot", "slow, but as many at once as one likes", "very slow, likewise"],
)
def test_what_keeps_up_is_left_alone(speed: Speed) -> None:
    assert not is_slow(speed, DEFAULTS)


@pytest.mark.parametrize(
    ("speed", "fits"),
    [
        (Speed(2, slots=1), Limits(1, 60)),
        (Speed(2, slots=4), Limits(4, 60)),
        (Speed(2, slots=64), Limits(32, 240)),
        (Speed(23, slots=1), Limits(1, 120)),
        (Speed(23, slots=4), Limits(4, 300)),
        (Speed(4, together=16), Limits(5, 60)),
        (Speed(4, together=8), Limits(10, 60)),
        (Speed(40, together=160), Limits(1, 120)),
        (Speed(30, together=30), Limits(32, 120)),
    ],
)
def test_a_slow_server_gets_limits_that_fit(speed: Speed, fits: Limits) -> None:
    assert is_slow(speed, DEFAULTS)
    assert fitting(speed, DEFAULTS) == fits
    assert not is_slow(speed, fits)


def test_limits_that_were_set_well_stay() -> None:
    assert not is_slow(Speed(23, slots=1), Limits(1, 120))
    assert fitting(Speed(23, slots=8), Limits(2, 60)).concurrency == 2


def test_a_first_request_that_loaded_the_model_does_not_make_it_parallel() -> None:
    assert Speed(2, together=TOGETHER * 2).parallel == 1
    assert Speed(2, together=1).parallel == TOGETHER
    assert Speed(2, together=8).last(10) == MARGIN * 20
