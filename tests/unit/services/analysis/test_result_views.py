"""Views are derived again when what they stand for has changed, and only then."""

from backend.services.analysis.result_views import MOST_ROWS, MOST_TEXT, Derived, ResultViews
from backend.services.analysis.results import TaskResult


def row(task: int, text: str = "x") -> TaskResult:
    return TaskResult(task, text, None, "A", None, 0.5, "")


class Clock:
    """One second passes at each look, as deriving takes."""

    def __init__(self, step: float) -> None:
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


class Deriving:
    def __init__(self, rows: list[TaskResult]) -> None:
        self.rows, self.times = rows, 0

    def __call__(self) -> Derived:
        self.times += 1
        return Derived(self.rows, None)


def test_a_view_is_derived_once_for_a_stamp() -> None:
    views, derive = ResultViews(), Deriving([row(1), row(2)])
    first = views.of("p@1", 1, False, derive)
    assert views.of("p@1", 1, False, derive) is first
    assert derive.times == 1
    assert views.of("p@1", 2, False, derive) is not first
    views.of("p@2", 2, False, derive)
    assert derive.times == 3


def test_while_a_run_is_under_way_only_a_slow_view_is_used_longer() -> None:
    for step, times in ((2.0, 1), (0.001, 2)):
        views, derive = ResultViews(Clock(step)), Deriving([row(1)])
        views.of("p@1", 1, True, derive)
        views.of("p@1", 2, True, derive)
        assert derive.times == times


def test_a_slow_view_is_not_used_for_ever() -> None:
    clock = Clock(2.0)
    views, derive = ResultViews(clock), Deriving([row(1)])
    views.of("p@1", 1, True, derive)
    clock.now += 100
    views.of("p@1", 2, True, derive)
    assert derive.times == 2


def test_long_texts_are_cut_and_old_views_forgotten() -> None:
    views = ResultViews()
    view = views.of("p@1", 1, False, Deriving([row(1, "x" * (MOST_TEXT + 5))]))
    assert len(view.rows[0].text) == MOST_TEXT + 1
    many = Deriving([row(1)] * MOST_ROWS)
    views.of("p@2", 1, False, many)
    again = Deriving([row(1)])
    views.of("p@1", 1, False, again)
    assert again.times == 1, "it was forgotten"
