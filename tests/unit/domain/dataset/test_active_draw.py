"""Active draws: as many tasks as wanted, unsure ones more often, with the chances that they really had."""

from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.answer import Labels
from backend.domain.dataset.active_draw import EQUAL, UNKNOWN, active_draw, belief
from backend.domain.dataset.draw import Draw, draw_key, drawn_to, share_of
from backend.domain.outcome import Failure, Outcome, Rejection
from tests.properties import cases
from tests.scripted import sure_of

TASKS = range(1, 201)
BELIEFS = {task: (0.99, 0.6)[task % 4 == 0] for task in TASKS}
"""The version is unsure of each fourth task."""


def place(project: int, task: int) -> float:
    return share_of(draw_key(project, task))


def drawn(draw: Draw, tasks: range = TASKS) -> set[int]:
    return {*draw.among(tasks), *draw.active(tasks)}


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome(1, {"c": Labels(("a",))}, confidences=sure_of(0.8)), 0.8),
        (Outcome(1, {"c": Labels(("a",))}), UNKNOWN),
        (Outcome(1, Rejection("not_json", "It is not JSON.")), 0.0),
        (Outcome(1, Failure("timeout", "It took too long.")), UNKNOWN),
    ],
)
def test_what_a_version_believes(outcome: Outcome, expected: float) -> None:
    assert belief(outcome) == expected


@cases(60)
@given(
    project=st.integers(1, 10**6),
    beliefs=st.dictionaries(st.integers(1, 10**6), st.floats(0, 1), min_size=1, max_size=60),
    random=st.integers(1, 30),
    sizes=st.lists(st.integers(1, 25), min_size=1, max_size=3),
)
def test_a_draw_grows_by_what_was_wanted(
    project: int, beliefs: dict[int, float], random: int, sizes: list[int]
) -> None:
    tasks = list(beliefs)
    before = drawn_to(None, project, tasks, random)
    for size in sizes:
        after = active_draw(before, beliefs, size)
        old, new = ({*draw.among(tasks), *draw.active(tasks)} for draw in (before, after))
        assert old <= new
        assert len(new) == min(len(tasks), len(old) + size)
        assert after.last >= before.last
        assert all(place(project, task) < after.chance(task) or after.has(task) for task in new)
        assert all(after.chances[task] >= before.chances.get(task, 0.0) for task in new)
        assert all(share_of(after.last) <= after.chance(task) <= 1 for task in new)
        before = after


@pytest.mark.slow
def test_unsure_tasks_are_drawn_more_often_with_their_chances() -> None:
    """Over many orders, how often a task is drawn is its chance, of both kinds; 1 / chance counts all tasks."""
    often, counted, random = {0.99: 0.0, 0.6: 0.0}, [], {0.99: 0.0, 0.6: 0.0}
    for project in range(150):
        draw = active_draw(drawn_to(None, project, TASKS, 20), BELIEFS, 20)
        for task in drawn(draw):
            often[BELIEFS[task]] += 1 / (150 * sum(one == BELIEFS[task] for one in BELIEFS.values()))
            random[BELIEFS[task]] += draw.has(task)
        counted.append(sum(1 / draw.chance(task) for task in drawn(draw) if task % 4 == 0))
    assert often[0.6] / often[0.99] > 1.4
    assert fmean(counted) == pytest.approx(50, abs=2.5)
    assert random[0.6] / random[0.99] == pytest.approx(1 / 3, abs=0.05), "the random draw has no preference"


def test_the_random_draw_grows_by_a_part() -> None:
    grown = [len(active_draw(drawn_to(None, n, TASKS, 20), BELIEFS, 40).among(TASKS)) for n in range(50)]
    assert 20 + 40 * EQUAL < fmean(grown) < 60


def test_with_equal_beliefs_it_is_the_random_draw() -> None:
    draw = active_draw(drawn_to(None, 7, TASKS, 20), dict.fromkeys(TASKS, 1.0), 10)
    assert draw.among(TASKS) == drawn_to(None, 7, TASKS, 30).among(TASKS)
    assert draw.active(TASKS) == []


def test_with_fewer_tasks_left_all_are_drawn_at_random() -> None:
    draw = active_draw(drawn_to(None, 7, TASKS, 190), BELIEFS, 20)
    assert len(draw.among(TASKS)) == len(TASKS)
    assert set(draw.chances.values()) == {1.0}


def test_the_random_draw_may_grow_past_it() -> None:
    draw = active_draw(drawn_to(None, 7, TASKS, 20), BELIEFS, 20)
    later = drawn_to(draw, 7, TASKS, 150)
    assert later.chances == draw.chances
    assert all(later.chance(task) >= share_of(later.last) for task in TASKS)
