"""All pages together ask about as often, however many are open."""

from backend.interfaces.web.pages.poll_schedule import LATEST_S, PollSchedule


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
