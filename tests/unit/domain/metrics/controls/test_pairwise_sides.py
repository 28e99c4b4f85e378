"""Shares of right and of left answers by hand and by scikit-learn, and what does not exist with its reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score

from backend.domain.answer import Answer, Labels
from backend.domain.labels.config import read_config
from backend.domain.metrics.cases import count_cases
from backend.domain.metrics.controls.measure import Measure
from backend.domain.metrics.controls.measures import measures_of
from backend.domain.metrics.controls.pairwise_sides import NO_ANSWER, NO_CONSISTENT, NO_TRUTH
from backend.domain.outcome import Outcome, Rejection, Truth
from tests.properties import cases

TIE = Rejection("unknown_choice", "It is a tie.")
SCHEMA = read_config(
    '<View><Text name="a" value="$a"/><Text name="b" value="$b"/><Pairwise name="better" toName="a,b"/></View>'
)


def measured(*pairs: tuple[str | None, str | None]) -> dict[str, Measure]:
    """Of (answer, truth); an answer of None is a tie, which can't be used."""
    outcomes = [Outcome(n, TIE if said is None else _held(said)) for n, (said, _) in enumerate(pairs)]
    truths = [Truth(n, _held(truth)) for n, (_, truth) in enumerate(pairs)]
    return dict(measures_of(count_cases(outcomes, truths, SCHEMA), SCHEMA)["better"])


def _held(side: str | None) -> Answer:
    return {"better": None if side is None else Labels((side,))}


def test_each_measure_by_hand() -> None:
    found = measured(("left", "left"), ("left", "right"), ("left", "right"), ("right", "right"), (None, "left"))
    assert found["accuracy"].value == pytest.approx(2 / 5), "an answer that can't be used is wrong"
    assert found["left_answers"].value == pytest.approx(3 / 4), "of the usable answers"
    assert found["left_truths"].value == pytest.approx(2 / 5)
    assert all(one.interval and one.interval[0] < (one.value or 0) < one.interval[1] for one in found.values())


def in_both_orders(*rows: tuple[str | None, str, str | None]) -> dict[str, Measure]:
    """Of (first order, second order as it was said there, truth); None is an answer that can't be used."""
    outcomes = []
    for n, (first, second, _) in enumerate(rows):
        orders = () if first is None else (_held(first), _held(second))
        verdict = TIE if first is None else _held(first) if first != second else Rejection("inconsistent", "")
        outcomes.append(Outcome(n, verdict, orders=orders))
    truths = [Truth(n, _held(truth)) for n, (_, _, truth) in enumerate(rows)]
    return dict(measures_of(count_cases(outcomes, truths, SCHEMA), SCHEMA)["better"])


def test_both_orders_tell_how_far_the_place_decides() -> None:
    firm = [("left", "right", "left"), ("left", "right", "left"), ("right", "left", "left")]
    loose = [("left", "left", "right"), ("right", "right", "right"), (None, "left", "left"), ("left", "right", None)]
    found = {name: one.value for name, one in in_both_orders(*firm, *loose).items()}
    assert found == pytest.approx(
        {
            "accuracy": 2 / 6,
            "left_answers": 3 / 5,
            "left_truths": 4 / 6,
            "position_consistency": 3 / 5,
            "consistent_accuracy": 2 / 3,
        }
    )


def test_of_one_order_there_is_no_consistency() -> None:
    assert "position_consistency" not in measured(("left", "left"))
    found = in_both_orders(("left", "left", "left"))
    assert found["position_consistency"].value == 0
    assert found["consistent_accuracy"] == Measure(None, None, NO_CONSISTENT)


def test_what_does_not_exist_says_why() -> None:
    assert measured((None, "left"))["left_answers"] == Measure(None, None, NO_ANSWER)
    found = measured(("left", None))
    assert {name: one.reason for name, one in found.items()} == {
        "accuracy": NO_TRUTH,
        "left_answers": NO_ANSWER,
        "left_truths": NO_TRUTH,
    }


sides = st.sampled_from(["left", "right"])


@cases(1000)
@given(st.lists(st.tuples(sides | st.none(), sides), min_size=1))
def test_the_accuracy_is_scikit_learns(pairs: list[tuple[str | None, str]]) -> None:
    said, truths = [one or "a tie" for one, _ in pairs], [truth for _, truth in pairs]
    assert measured(*pairs)["accuracy"].value == pytest.approx(accuracy_score(truths, said))
