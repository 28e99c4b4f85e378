"""Confidence is what the stand-in's exact distribution says, however many tokens, labels and controls there are."""

import pytest

from benchmarks.confidence import CONFIGS, measured


@pytest.mark.parametrize("labels", CONFIGS)
def test_it_is_the_probability_of_exactly_this_answer(labels: str) -> None:
    found = list(measured(CONFIGS[labels]))
    assert len(found) >= 100
    assert all(outcome.confidence == pytest.approx(exact, abs=0.01) for outcome, exact, _ in found)
    assert len({round(exact, 2) for _, exact, _ in found}) > 5, "sure and unsure answers are among them"


def test_each_control_has_its_own() -> None:
    for outcome, _, exact in measured(CONFIGS["several controls"]):
        assert outcome.controls == pytest.approx(exact, abs=0.01)


def test_agreement_comes_near_it_with_more_samples() -> None:
    """Of few samples it is too high where the model is unsure: the most frequent answer is the luckiest one."""
    gaps = {}
    for samples in (3, 5, 20):
        found = [(o.confidence, exact) for o, exact, _ in measured(CONFIGS["one label"], f"samples:{samples}")]
        gaps[samples] = sum(abs((sure or 0.0) - exact) for sure, exact in found) / len(found)
    assert 0.4 > gaps[3] > gaps[5] > gaps[20]
    assert gaps[20] < 0.15
