import json
import subprocess
import sys

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.calibration.calibrators import (
    CONFIDENCE_RULE,
    RAW,
    Calibrator,
    Calibrators,
    Isotonic,
    Logistic,
    from_json,
    log_odds,
)
from backend.domain.outcome import Outcome
from tests.scripted import sure_of

shares = st.floats(0, 1)


@given(shares, shares, st.floats(0, 50), st.floats(-50, 50))
def test_logistic_keeps_the_order(one: float, other: float, slope: float, intercept: float) -> None:
    low, high = map(Logistic(slope, intercept), sorted((one, other)))
    assert 0 <= low <= high <= 1


@given(st.dictionaries(shares, shares, min_size=1, max_size=9), shares)
def test_isotonic_as_numpy_interpolates(points: dict[float, float], confidence: float) -> None:
    xs, ys = sorted(points), sorted(points.values())
    found = Isotonic(tuple(zip(xs, ys, strict=True)))(confidence)
    assert found == pytest.approx(numpy.interp(confidence, xs, ys))


def test_a_slope_of_one_changes_nothing() -> None:
    assert Logistic(1, 0)(0.8) == pytest.approx(0.8)
    assert Logistic(2, 0)(0.8) == pytest.approx(16 / 17)
    assert log_odds(0.5) == 0


@pytest.mark.parametrize("calibrator", [Logistic(1.5, -0.25), Isotonic(((0.25, 0.125), (0.75, 1.0)))])
def test_it_is_saved_as_plain_json(calibrator: Calibrator) -> None:
    assert from_json(json.loads(json.dumps(calibrator.to_json()))) == calibrator


def test_it_is_applied_without_any_library() -> None:
    code = (
        "import sys; from backend.domain.calibration.calibrators import from_json; "
        "from_json({'method': 'isotonic', 'knots': [[0.2, 0.1], [0.9, 0.8]]})(0.5); "
        "print({'numpy', 'scipy', 'sklearn'} & set(sys.modules))"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"


def test_whole_answers_and_controls_have_calibrators_of_their_own() -> None:
    found = Calibrators(Logistic(2, 0), {"topics": Isotonic(((0.5, 0.25),))})
    sure = Outcome(1, {}, confidences=sure_of(0.8, {"mood": 0.9, "topics": 0.9}))
    assert found.score(sure) == found.put(0.8) == pytest.approx(16 / 17)
    assert found.scores(sure) == {"mood": 0.9, "topics": 0.25}
    assert Calibrators.read(json.loads(json.dumps(found.to_json()))) == found
    assert Calibrators.read(RAW.to_json()) == RAW


def test_without_a_calibrator_or_a_confidence_nothing_is_made_up() -> None:
    assert (RAW.score(Outcome(1, {}, confidences=sure_of(0.8))), RAW.scores(Outcome(1, {}))) == (0.8, None)
    assert Calibrators(Logistic(2, 0)).score(Outcome(1, {})) is None


def test_what_was_saved_without_a_rule_is_for_the_first_one() -> None:
    saved = Calibrators(Logistic(1.5, 0)).to_json()
    assert Calibrators.read(saved).rule == CONFIDENCE_RULE
    del saved["rule"]
    assert Calibrators.read(saved).rule == 1
