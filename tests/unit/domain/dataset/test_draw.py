"""Draws: random, fixed, growing, independent of the splits; and what truths rest on because of them."""

import numpy
import pytest
from scipy.stats import kstest

from backend.domain.dataset.draw import Draw, TruthBasis, basis_of, draw_key, drawn_to, in_order, key_of, share_of
from backend.domain.dataset.split import parse_split

TASKS = range(1, 2001)


def place(task: int, project: int = 7) -> float:
    return int(draw_key(project, task)[:13], 16) / 16**13


def test_the_order_is_as_good_as_random() -> None:
    places = [place(task) for task in TASKS]
    assert kstest(places, "uniform").pvalue > 0.01
    assert abs(numpy.corrcoef(places, TASKS)[0, 1]) < 0.05, "the first tasks of a drifting project come no sooner"
    assert in_order(7, TASKS) != in_order(8, TASKS)


def test_it_has_nothing_to_do_with_the_splits() -> None:
    half = parse_split("dev:0.5")
    drawn = in_order(7, TASKS)[:200]
    assert 70 < sum(half.has({"text": f"Message {task}"}) for task in drawn) < 130


def test_the_order_is_pinned() -> None:
    """Draws that people have labelled must stay what they are."""
    assert in_order(7, range(1, 9)) == [4, 6, 7, 3, 2, 8, 1, 5]


def test_a_draw_grows_and_never_shrinks() -> None:
    small = drawn_to(None, 7, TASKS, 50)
    large = drawn_to(small, 7, TASKS, 120)
    assert len(small.among(TASKS)) == 50
    assert large.among(TASKS)[:50] == small.among(TASKS)
    assert drawn_to(large, 7, TASKS, 50) == large
    assert len(drawn_to(None, 7, TASKS, 9999).among(TASKS)) == len(TASKS)


def test_tasks_that_come_later_are_drawn_in_proportion() -> None:
    draw = drawn_to(None, 7, TASKS, 200)
    later = range(2001, 4001)
    assert 150 < len(draw.among(later)) < 250


def test_gaps_are_drawn_tasks_without_a_truth() -> None:
    draw = drawn_to(None, 7, range(1, 9), 4)
    assert draw.among(range(1, 9)) == [4, 6, 7, 3]
    basis = basis_of(draw, range(1, 9), [2, 4, 7], [6])
    assert basis == TruthBasis((2, 4, 7), (4, 7), (3,))
    assert not basis.random


@pytest.mark.parametrize(("truths", "random"), [([3, 4, 6, 7], True), ([3, 4, 6], False), ([2, 3, 4, 6, 7], False)])
def test_truths_are_random_if_they_are_the_draw_and_nothing_else(truths: list[int], random: bool) -> None:
    draw = drawn_to(None, 7, range(1, 9), 4)
    assert basis_of(draw, range(1, 9), truths, []).random == random


def test_without_a_draw_nobody_knows() -> None:
    assert basis_of(None, TASKS, [1, 2], []) == TruthBasis((1, 2))
    assert not TruthBasis((1, 2)).random


def test_a_task_belongs_by_its_key() -> None:
    assert Draw(7, draw_key(7, 3)).has(3)
    assert not Draw(7, draw_key(7, 3)).has(2)


def test_tasks_of_an_active_draw_are_told_apart() -> None:
    """The order is 4, 6, 7, 3, 2, 8, 1, 5; 2 and 5 were drawn with chances of their own."""
    draw = Draw(7, draw_key(7, 7), {4: 0.3, 2: 0.6, 5: 0.9})
    assert (draw.among(range(1, 9)), draw.active(range(1, 9))) == ([4, 6, 7], [2, 5])
    assert draw.chance(6) == share_of(draw.last)
    assert (draw.chance(2), draw.chance(4)) == (0.6, max(0.3, share_of(draw.last)))
    basis = basis_of(draw, range(1, 9), [1, 2, 4], [6])
    assert (basis.drawn, basis.gaps, basis.active, basis.active_gaps) == ((4,), (7,), (2,), (5,))
    assert set(basis.chances) == {2, 4, 5, 6, 7}
    assert basis.unbiased == (1, 4)
    half = basis.of_split(parse_split("dev:0.5"), {5})
    assert (half.gaps, half.active_gaps, half.split) == ((), (5,), parse_split("dev:0.5"))


def test_without_an_active_draw_there_are_no_chances() -> None:
    assert basis_of(Draw(7, draw_key(7, 7)), range(1, 9), [4], []).chances == {}


@pytest.mark.parametrize("share", [0.0, 0.1, 1 / 3, 0.999999, 1.0])
def test_a_share_has_a_key(share: float) -> None:
    assert share_of(key_of(share)) == pytest.approx(share, abs=1e-14)
    assert share_of(key_of(share)) <= share
    assert len(key_of(share)) == 64
