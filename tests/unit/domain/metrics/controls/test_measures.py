"""What is told of each control by itself, where some hold texts."""

import pytest

from backend.domain.answer import Answer, Labels, Texts
from backend.domain.labels.config import read_config
from backend.domain.metrics.cases import Case, count_cases
from backend.domain.metrics.controls.measures import measures_of
from backend.domain.outcome import Outcome, Rejection, Truth
from backend.domain.statistics.intervals import wilson

BOTH = read_config("""<View>
  <Text name="text" value="$text"/>
  <Choices name="mood" toName="text"><Choice value="Good"/><Choice value="Bad"/></Choices>
  <TextArea name="why" toName="text"/>
</View>""")


RATING = read_config('<View><Text name="t" value="$text"/><Rating name="r" toName="t"/></View>')


def answer(mood: str, why: str | None) -> Answer:
    return {"mood": Labels((mood,)), "why": None if why is None else Texts((why,))}


def cases(*pairs: tuple[Answer | Rejection, Answer]) -> list[Case]:
    """Of answers and truths, a task each."""
    outcomes = [Outcome(number, verdict) for number, (verdict, _) in enumerate(pairs)]
    truths = [Truth(number, truth) for number, (_, truth) in enumerate(pairs)]
    return count_cases(outcomes, truths, BOTH)


def test_each_control_has_the_measures_of_its_kind() -> None:
    found = measures_of(
        cases(
            (answer("Good", "it works well"), answer("Good", "it works well")),
            (answer("Good", "it works"), answer("Bad", "it fails")),
        ),
        BOTH,
    )
    assert {control: sorted(measures) for control, measures in found.items()} == {
        "mood": ["accuracy"],
        "why": ["exact_match", "token_f1"],
    }
    assert found["mood"]["accuracy"].value == 0.5
    assert found["why"]["exact_match"].value == 0.5
    assert found["why"]["token_f1"].value == pytest.approx((1 + 0.5) / 2), "one of two words is shared"


def test_white_space_is_no_difference_and_an_unusable_answer_is_none() -> None:
    found = measures_of(
        cases(
            (answer("Good", " it  works "), answer("Good", "it works")),
            (Rejection("not_json", "It is not JSON."), answer("Good", "it works")),
        ),
        BOTH,
    )
    assert found["why"]["exact_match"].value == 0.5
    assert found["mood"]["accuracy"].value == 0.5


def test_the_interval_holds_the_value() -> None:
    right, wrong = (answer("Good", "a b"), answer("Good", "a b")), (answer("Good", "a c"), answer("Good", "a b"))
    measure = measures_of(cases(*[right] * 30, *[wrong] * 10), BOTH)["why"]["exact_match"]
    assert measure.value == 0.75
    assert measure.interval is not None
    low, high = measure.interval
    assert 0.55 < low < 0.75 < high < 0.95


def test_there_is_nothing_to_add_where_all_controls_hold_labels_or_nothing_was_judged() -> None:
    labels = read_config(
        '<View><Text name="t" value="$t"/><Choices name="c" toName="t"><Choice value="a"/></Choices></View>'
    )
    assert measures_of([], BOTH) == {}
    assert measures_of(count_cases([], [], labels), labels) == {}


def test_all_right_so_far_has_the_interval_of_the_accuracy() -> None:
    stars = [RATING.parse({"r": number % 5 + 1}) for number in range(20)]
    all_right = count_cases(
        [Outcome(number, star) for number, star in enumerate(stars)],
        [Truth(number, star) for number, star in enumerate(stars) if not isinstance(star, Rejection)],
        RATING,
    )
    found = measures_of(all_right, RATING)["r"]
    assert found["accuracy"].interval == found["within_1"].interval == pytest.approx(wilson(20, 20))
    low, high = found["quadratic_weighted_kappa"].interval or (9, 9)
    assert 0.7 < low < 0.9 < high == 1
    assert (found["mean_absolute_error"].value, found["mean_absolute_error"].interval) == (0, None)
