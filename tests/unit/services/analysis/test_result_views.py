"""Views are derived again when what they stand for has changed, and only then."""

from collections.abc import Iterator, Sequence

from backend.services.analysis.result_views import MOST_ROWS, Derived, ResultViews
from backend.services.analysis.results import TaskResult


def row(task: int, text: str = "x") -> TaskResult:
    return TaskResult(task, text, None, "A", None, 0.5, "")


class SteppingClock:
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
        views, derive = ResultViews(SteppingClock(step)), Deriving([row(1)])
        views.of("p@1", 1, True, derive)
        views.of("p@1", 2, True, derive)
        assert derive.times == times


def test_a_slow_view_is_not_used_for_ever() -> None:
    clock = SteppingClock(2.0)
    views, derive = ResultViews(clock), Deriving([row(1)])
    views.of("p@1", 1, True, derive)
    clock.now += 100
    views.of("p@1", 2, True, derive)
    assert derive.times == 2


class ReadTexts:
    """Texts of all tasks but the one that is `gone`."""

    def __init__(self, gone: int) -> None:
        self.asked: list[list[int]] = []
        self.gone = gone

    def __call__(self, tasks: Sequence[int]) -> Iterator[tuple[int, str]]:
        self.asked.append(list(tasks))
        return ((task, "x") for task in tasks if task != self.gone)


def test_texts_are_read_once_and_only_those_that_are_asked_for() -> None:
    view, read = ResultViews().of("p@1", 1, False, Deriving([row(n, "") for n in range(9)])), ReadTexts(gone=3)
    assert [one.text for one in view.rows] == [""] * 9
    assert [(one.task, one.text) for one in view.with_texts(view.rows[2:5], read)] == [(2, "x"), (4, "x")]
    assert [one.task for one in view.rows] == [0, 1, 2, 4, 5, 6, 7, 8], "what is gone is known now"
    assert [one.task for one in view.with_texts(view.rows[::-1], read)] == [8, 7, 6, 5, 4, 2, 1, 0]
    view.with_texts(view.rows, read)
    assert read.asked == [[2, 3, 4], [8, 7, 6, 5, 1, 0]]
    assert view.with_texts([], read) == []


def test_old_views_are_forgotten() -> None:
    views = ResultViews()
    assert views.last("p@1") is None
    view = views.of("p@1", 1, False, Deriving([row(1)]))
    assert views.last("p@1") is view
    many = Deriving([row(1)] * MOST_ROWS)
    views.of("p@2", 1, False, many)
    assert views.last("p@1") is None
    again = Deriving([row(1)])
    views.of("p@1", 1, False, again)
    assert again.times == 1, "it was forgotten"
