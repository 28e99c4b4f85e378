"""Shares of right and of left answers by hand and by scikit-learn, and what does not exist with its reason."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score

from backend.domain.answer import Answer, Labels
from backend.domain.labels.config import read_config
from backend.domain.metrics.cases import count_cases
from backend.domain.metrics.measure import Measure
from backend.domain.metrics.measures import measures_of
from backend.domain.metrics.pairwise_sides import NO_ANSWER, NO_TRUTH
from backend.domain.outcome import Outcome, Rejection, Truth

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


def test_what_does_not_exist_says_why() -> None:
    assert measured((None, "left"))["left_answers"] == Measure(None, None, NO_ANSWER)
    found = measured(("left", None))
    assert {name: one.reason for name, one in found.items()} == {
        "accuracy": NO_TRUTH,
        "left_answers": NO_ANSWER,
        "left_truths": NO_TRUTH,
    }


sides = st.sampled_from(["left", "right"])


@settings(max_examples=1000, deadline=None)
@given(st.lists(st.tuples(sides | st.none(), sides), min_size=1))
def test_the_accuracy_is_scikit_learns(pairs: list[tuple[str | None, str]]) -> None:
    said, truths = [one or "a tie" for one, _ in pairs], [truth for _, truth in pairs]
    assert measured(*pairs)["accuracy"].value == pytest.approx(accuracy_score(truths, said))
