"""How far ratings are from the truths: each measure by hand, and what does not exist with its reason."""

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score, mean_absolute_error

from backend.domain.answer import Answer, Number
from backend.domain.labels.config import read_config
from backend.domain.metrics.cases import Case, count_cases
from backend.domain.metrics.controls.measure import Measure
from backend.domain.metrics.controls.measures import measures_of
from backend.domain.metrics.controls.number_distance import NO_NUMBER, ONE_NUMBER, kappa_interval, weighted_kappa
from backend.domain.metrics.evaluation import evaluation
from backend.domain.outcome import Outcome, Rejection, Truth
from tests.properties import COMPARED, cases

SCHEMA = read_config('<View><Text name="t" value="$t"/><Rating name="stars" toName="t"/></View>')
PRICES = read_config('<View><Text name="t" value="$t"/><Number name="price" toName="t"/></View>')
WRONG = Rejection("wrong_type", "It is a text.")

Pair = tuple[int | None, int | Rejection | None]
"""Truth and answer."""


def rated(stars: int | None) -> Answer:
    return {"stars": None if stars is None else Number(stars)}


def outcomes_of(*pairs: Pair) -> tuple[list[Outcome], list[Truth]]:
    given = [
        Outcome(n, answer if isinstance(answer, Rejection) else rated(answer)) for n, (_, answer) in enumerate(pairs)
    ]
    return given, [Truth(number, rated(truth)) for number, (truth, _) in enumerate(pairs)]


def measured(*pairs: Pair) -> dict[str, Measure]:
    return dict(measures_of(count_cases(*outcomes_of(*pairs), SCHEMA), SCHEMA)["stars"])


def test_each_measure_by_hand() -> None:
    found = measured((5, 5), (5, 5), (4, 2), (3, 4), (2, WRONG), (1, None))
    assert found["accuracy"].value == pytest.approx(2 / 6), "an answer that can't be used is wrong"
    assert found["within_1"].value == pytest.approx(3 / 6)
    assert found["mean_absolute_error"].value == pytest.approx(3 / 4), "of the tasks with two numbers"
    low, high = found["mean_absolute_error"].interval or (9, 9)
    assert 0 <= low < 0.75 < high <= 2


def test_copies_of_a_case_count_one_by_one() -> None:
    found = measured(*[(5, 5)] * 30, *[(1, 1)] * 30, *[(1, 3)] * 20)
    assert found["mean_absolute_error"].value == 0.5
    kappa = found["quadratic_weighted_kappa"]
    assert kappa.value is not None
    assert kappa.interval is not None
    assert kappa.interval[0] < kappa.value < kappa.interval[1] < 1


def test_stars_that_are_all_the_same_have_no_kappa_and_say_why() -> None:
    found = measured((3, 3), (3, 3))
    assert (found["accuracy"].value, found["mean_absolute_error"].value) == (1, 0)
    assert found["quadratic_weighted_kappa"] == Measure(None, None, ONE_NUMBER)


def test_no_numbers_have_no_distance() -> None:
    found = measured((3, WRONG), (None, None))
    assert (found["accuracy"].value, found["within_1"].value) == (0.5, 0.5), "none is right where the truth is none"
    assert found["mean_absolute_error"] == Measure(None, None, NO_NUMBER)
    assert found["quadratic_weighted_kappa"] == Measure(None, None, NO_NUMBER)


def test_an_evaluation_says_why_a_measure_does_not_exist() -> None:
    found = evaluation(*outcomes_of((3, 3), (3, 3)), SCHEMA)
    assert found.reasons["stars: quadratic_weighted_kappa"] == ONE_NUMBER
    assert "stars: mean_absolute_error" not in found.reasons


def test_numbers_have_a_bias() -> None:
    priced = read_config('<View><Text name="t" value="$t"/><Number name="stars" toName="t"/></View>')
    cases = count_cases(*outcomes_of((10, 12), (10, 9), (5, 5), (5, WRONG)), priced)
    found = measures_of(cases, priced)["stars"]
    assert list(found) == ["accuracy", "mean_absolute_error", "bias"]
    assert [measure.value for measure in found.values()] == pytest.approx([0.25, 1, 1 / 3])
    assert all(measure.interval for measure in found.values())


ratings = st.integers(1, 7)
numbers = st.integers(-1000, 1000).map(lambda n: n / 8)


@pytest.mark.slow
@cases(COMPARED)
@given(st.lists(st.tuples(ratings, ratings), min_size=1, max_size=15))
def test_kappa_is_scikit_learns(pairs: list[tuple[int, int]]) -> None:
    found = weighted_kappa(pairs)
    truth, answer = zip(*pairs, strict=True)
    if len({*truth, *answer}) == 1:
        assert found is None
    else:
        assert found == pytest.approx(cohen_kappa_score(truth, answer, labels=range(1, 8), weights="quadratic"))


@pytest.mark.slow
@cases(COMPARED)
@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=15))
def test_errors_are_scikit_learns(pairs: list[tuple[float, float]]) -> None:
    truth, answer = zip(*pairs, strict=True)
    answers = [({"price": Number(one)}, {"price": Number(two)}) for one, two in pairs]
    counted = [Case(expected, answered, 1, expected == answered) for expected, answered in answers]
    found = measures_of(counted, PRICES)["price"]["mean_absolute_error"].value
    assert found == pytest.approx(mean_absolute_error(truth, answer))


@cases(20)
@given(st.lists(st.tuples(ratings, ratings), min_size=30, max_size=60))
def test_the_interval_of_kappa_is_around_it(pairs: list[tuple[int, int]]) -> None:
    found, interval = weighted_kappa(pairs), kappa_interval(pairs)
    assert (interval is None) == any(len(set(numbers)) == 1 for numbers in zip(*pairs, strict=True))
    if interval is not None:
        assert found is not None
        assert interval[0] < interval[1] <= 1 + 1e-9


def test_what_does_not_exist() -> None:
    assert (weighted_kappa([]), kappa_interval([])) == (None, None)
    assert weighted_kappa([(3, 3), (3, 3)]) is None
    assert kappa_interval([(3, 3), (3, 3)]) is None


@pytest.mark.parametrize("pairs", [[(1, 5)] * 20, [(3, 3)] * 19 + [(3, 4)], [(3, 3)] * 19 + [(4, 3)], [(3, 4)]])
def test_kappa_has_no_interval_where_all_truths_or_all_answers_are_one_number(pairs: list[tuple[int, int]]) -> None:
    """It is 0 then in each draw, give or take what is rounded."""
    assert (weighted_kappa(pairs), kappa_interval(pairs)) == (0, None)
    assert measured(*pairs)["quadratic_weighted_kappa"] == Measure(0, None)


def test_agreement_on_all_tasks_so_far_is_no_certainty() -> None:
    low, high = kappa_interval([(1, 1), (2, 2)] * 10) or (9, 9)
    assert 0.7 < low < 0.9 < high == 1


def test_the_interval_contains_the_true_kappa_of_nearly_equal_ratings() -> None:
    """The percentiles of a bootstrap alone did in 30 %."""
    rng, shares = numpy.random.default_rng(1), [0.05, 0.1, 0.15, 0.3, 0.4]

    def pairs(tasks: int) -> list[tuple[float, float]]:
        truth = rng.choice(5, tasks, p=shares)
        wrong = (rng.random(tasks) > 0.99) * rng.choice([-1, 1], tasks)
        return list(zip(truth.tolist(), numpy.clip(truth + wrong, 0, 4).tolist(), strict=True))

    true = weighted_kappa(pairs(200_000)) or 9
    drawn = [kappa_interval(pairs(50)) or (9, 9) for _ in range(100)]
    assert sum(low <= true <= high for low, high in drawn) >= 93
