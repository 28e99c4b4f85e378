"""The probability among the allowed labels, and the interval of what a server did not tell."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.chat.branch import Branch
from backend.domain.labels.allowed_values import AllowedValues
from backend.domain.resolution.branch_confidence import Bounded, weighed
from tests.scripted import some

TEXT = '{"m": "Human"}'
PLACE = (6, 13)
VALUES = AllowedValues(["Human", "Abbreviation", "Location", "Number"])


def found(token: str, told: dict[str, float]) -> Bounded | None:
    rivals = tuple((rival, math.log(chance)) for rival, chance in told.items())
    return weighed(TEXT, PLACE, [Branch(7, token, math.log(told.get(token, 1e-9)), rivals)], VALUES)


def test_before_and_after_the_mask_it_is_the_same() -> None:
    masked = {"Human": 0.5, "Abb": 0.3, "Loc": 0.1, "Num": 0.1}
    before = {rival: chance * 0.01 for rival, chance in masked.items()} | {"I": 0.96}
    after = some(found("Human", masked))
    assert (after.point, after.low, after.high) == pytest.approx((0.5, 0.5, 0.5))
    assert some(found("Human", before)).point == pytest.approx(0.5)


def test_labels_that_were_not_told_widen_the_interval() -> None:
    bounded = some(found("Human", {"I": 0.90, "Human": 0.05, "Abb": 0.02, "x": 0.005}))
    assert (bounded.low, bounded.high) == pytest.approx((0.05 / (0.07 + 0.01), 0.055 / 0.075))
    assert bounded.low < bounded.point < bounded.high


def test_a_token_that_was_not_told_has_none() -> None:
    assert found("Hu", {"Human": 0.5, "Abb": 0.5}) is None


@given(st.lists(st.floats(1e-6, 1), min_size=4, max_size=4), st.floats(1e-4, 1), st.integers(1, 4))
def test_the_truth_is_in_the_interval_however_few_are_told(weights: list[float], mass: float, told: int) -> None:
    """Whatever part of the probability the labels have, and however many of their tokens the server tells."""
    tokens = ["Human", "Abb", "Loc", "Num"]
    chances = {token: mass * weight / sum(weights) for token, weight in zip(tokens, weights, strict=True)}
    others = {f"?{n}": (1 - mass) / 30 for n in range(30)}
    best = dict(sorted((chances | others).items(), key=lambda pair: -pair[1])[: told * 5])
    bounded = found("Human", {token: chance for token, chance in best.items() if chance > 0})
    if bounded is not None:
        assert bounded.low - 1e-9 <= weights[0] / sum(weights) <= bounded.high + 1e-9
        assert bounded.low - 1e-9 <= bounded.point <= bounded.high + 1e-9
