"""View texts: the texts of the tasks of a view of results, as far as somebody wanted to see or search them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Self

MOST_TEXT = 5000
"""Characters of a task's text that are kept."""
ReadTexts = Callable[[Sequence[int]], Iterable[tuple[int, str]]]
"""Ids of tasks -> each of them that is there, with its text."""


@dataclass(frozen=True, slots=True)
class ViewTexts:
    """tasks, as_of: how many tasks the project had, and when one of them changed last, before texts were read
    by_task: those that were read, None for a task that Label Studio does not have any more
    """

    tasks: int = 0
    as_of: str = ""
    by_task: dict[int, str | None] = field(default_factory=dict)

    def unread(self, tasks: Iterable[int]) -> list[int]:
        """Those whose texts are not known."""
        return [task for task in tasks if task not in self.by_task]

    def is_gone(self, task: int) -> bool:
        """Whether a task is known to be deleted."""
        return self.by_task.get(task, "") is None

    def read(self, tasks: Iterable[int], read: ReadTexts) -> None:
        """Reads those that are not known, and keeps them, cut at MOST_TEXT."""
        if new := self.unread(tasks):
            texts = dict(read(new))
            self.by_task.update((task, _short(texts[task]) if task in texts else None) for task in new)

    def carried(self, tasks: int, as_of: str, changed: Callable[[str], Iterable[int]]) -> Self:
        """Those that are still right for the project as it is now.

        tasks, as_of: see ViewTexts, of now
        changed: a moment -> ids of tasks that were made or changed after it

        Returns none if tasks were deleted: Label Studio does not say which.
        """
        if not self.by_task or as_of == self.as_of:
            return type(self)(tasks, as_of, dict(self.by_task) if tasks == self.tasks else {})
        since, newest = set(changed(self.as_of)), max(self.by_task)
        # A new task has a higher id than all before it: at most these are new. If exactly these are, none is gone.
        made = sum(task > newest for task in since)
        kept = tasks == self.tasks + made
        return type(self)(tasks, as_of, {t: text for t, text in self.by_task.items() if kept and t not in since})


def _short(text: str) -> str:
    return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]}…"
