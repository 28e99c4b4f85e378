"""Texts of a view are kept for as long as their tasks stay as they were."""

from collections.abc import Iterable, Sequence

from backend.services.analysis.view_texts import MOST_TEXT, ViewTexts

THEN, NOW = "2026-11-30T09:00:00.000000Z", "2026-11-30T09:05:00.000000Z"


def texts(*known: int, tasks: int = 3) -> ViewTexts:
    made = ViewTexts(tasks, THEN)
    made.read(known, lambda ids: [(task, f"text {task}") for task in ids])
    return made


def carried(before: ViewTexts, tasks: int, changed: Sequence[int]) -> list[int]:
    """The tasks whose texts are kept when these have changed."""

    def since(moment: str) -> Iterable[int]:
        assert moment == THEN
        return changed

    now = before.carried(tasks, NOW, since)
    assert (now.tasks, now.as_of) == (tasks, NOW)
    return sorted(now.by_task)


def test_texts_are_cut_and_those_of_deleted_tasks_known_to_be_gone() -> None:
    made = ViewTexts(2, THEN)
    made.read([1, 2], lambda ids: [(1, "x" * (MOST_TEXT + 5))])
    assert made.by_task == {1: "x" * MOST_TEXT + "…", 2: None}
    assert [made.is_gone(task) for task in (1, 2, 3)] == [False, True, False]
    assert made.unread([1, 2, 3]) == [3]


def test_texts_of_tasks_that_changed_are_read_again() -> None:
    assert carried(texts(1, 2, 3), 3, [2]) == [1, 3]
    assert carried(texts(1, 2, 3), 5, [2, 4, 5]) == [1, 3], "two are new"


def test_nothing_is_kept_when_a_task_may_be_deleted() -> None:
    assert carried(texts(1, 2, 3), 2, [2]) == []
    assert carried(texts(1, 2, 3), 3, [4]) == [], "one was deleted, and one is new"
    assert carried(texts(1, 2), 3, [3]) == [], "whether task 3 is new nobody knows"


def test_nothing_is_asked_when_nothing_changed_or_is_known() -> None:
    def asked(moment: str) -> Iterable[int]:
        raise AssertionError

    same = texts(1, 2, 3)
    assert same.carried(3, THEN, asked) == same
    assert same.carried(2, THEN, asked).by_task == {}, "one is gone"
    assert ViewTexts(3, THEN).carried(4, NOW, asked) == ViewTexts(4, NOW)
