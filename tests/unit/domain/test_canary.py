"""Whether a model has changed: the odd one of three answers."""

from itertools import product

import pytest

from backend.domain.canary import FEWEST, LEVEL, Canary, Reasked, canary_of, needs_second, odd_one_out


@pytest.mark.parametrize(
    ("stored", "first", "second", "odd"),
    [
        ("a", "b", "b", True),
        ("a", "a", "b", False),
        ("a", "b", "a", False),
        ("a", "a", "a", None),
        ("a", "b", "c", None),
    ],
)
def test_the_odd_one_of_three_answers(stored: str, first: str, second: str, odd: bool | None) -> None:
    assert odd_one_out(stored == first, stored == second, first == second) is odd


def test_each_of_three_equal_draws_is_the_odd_one_as_often() -> None:
    """Of all ways in which three answers can be given, whatever each of them is worth."""
    found = [odd_one_out(a == b, a == c, b == c) for a, b, c in product("xyz", repeat=3)]
    assert (found.count(True), found.count(False)) == (6, 12)


def test_four_changed_answers_of_a_model_that_repeats_itself_are_enough() -> None:
    twice = [Reasked(True, True)] * FEWEST + [Reasked(False)] * 46
    found = canary_of(twice)
    assert found == Canary(50, 4, 4, 0)
    assert found.p_value == pytest.approx(3.0**-4)
    assert found.model_changed
    assert not canary_of(twice[1:]).model_changed
    assert 3.0**-4 <= LEVEL < 3.0**-3


def test_a_model_that_contradicts_itself_has_not_changed() -> None:
    found = canary_of([Reasked(True, True)] * 8 + [Reasked(True, False)] * 9 + [Reasked(False, False)] * 9)
    assert (found.changed, found.odd, found.others) == (17, 8, 18)
    assert not found.model_changed


def test_it_is_asked_twice_only_where_that_can_say_something() -> None:
    assert not needs_second([Reasked(True)] * 3 + [Reasked(False)] * 47)
    assert needs_second([Reasked(True)] * 4 + [Reasked(False)] * 46)
    assert canary_of([Reasked(True)] * 3).p_value == 1.0
