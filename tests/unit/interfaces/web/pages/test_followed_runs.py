"""What many pages ask for is made once, for each person and each thing shown."""

from dataclasses import dataclass
from typing import Any

from backend.interfaces.web.pages.followed_runs import KNOWN_S, LATEST_S, MOST_REMEMBERED, FollowedRuns, PollSchedule


@dataclass
class Shown:
    """Equal to others, and not the same."""

    done: int


def test_a_part_is_rendered_once_for_what_it_shows() -> None:
    followed, made = FollowedRuns(), list[str]()

    def render() -> str:
        made.append("x")
        return f"<p>{len(made)}</p>"

    first, second = Shown(3), Shown(3)
    assert [followed.rendered("/runs/1", first, render) for _ in range(50)] == ["<p>1</p>"] * 50
    assert followed.rendered("/runs/2", first, render) == "<p>2</p>"
    assert followed.rendered("/runs/1", second, render) == "<p>3</p>"
    for number in range(MOST_REMEMBERED):
        followed.rendered(str(number), first, render)
    assert followed.rendered("/runs/1", second, render) == f"<p>{MOST_REMEMBERED + 4}</p>", "the oldest are forgotten"


def test_who_saw_a_run_sees_it_for_some_seconds_and_nobody_else_does() -> None:
    now, looks = [100.0], list[int]()
    followed = FollowedRuns(lambda: now[0])

    def look(number: int) -> Any:
        looks.append(number)
        return f"run {number}"

    found: list[Any] = [followed.run(1, 7, look) for _ in range(50)]
    assert found == ["run 7"] * 50
    assert looks == [7]
    followed.run(2, 7, look)
    assert looks == [7, 7], "another person is looked up"
    now[0] += KNOWN_S
    followed.run(1, 7, look)
    assert looks == [7, 7, 7]


def test_one_page_asks_as_soon_as_it_may() -> None:
    now = [100.0]
    schedule = PollSchedule(8, 1, lambda: now[0])
    for _ in range(5):
        assert schedule.next_ms() == 1000
        now[0] += 1


def test_many_pages_take_turns() -> None:
    """Simulated: 50 pages, each of which asks when it was told to."""
    now = [0.0]
    schedule = PollSchedule(8, 1, lambda: now[0])
    due, asked = [0.02 * page for page in range(50)], list[float]()
    while min(due) < 60:
        page = due.index(min(due))
        now[0] = due[page]
        asked.append(now[0])
        due[page] = now[0] + schedule.next_ms() / 1000
    later = [when for when in asked if when >= 10]
    assert 380 <= len(later) <= 410, "eight a second"
    assert max(asked.count(when) for when in later) <= 2


def test_no_page_waits_for_ever_and_who_closed_is_not_waited_for() -> None:
    now = [0.0]
    schedule = PollSchedule(2, 1, lambda: now[0])
    assert max(schedule.next_ms() for _ in range(1000)) == 1000 * LATEST_S
    now[0] += LATEST_S
    assert schedule.next_ms() == 1000
