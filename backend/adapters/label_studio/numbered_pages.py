"""Numbered pages: a list of tasks that is not ordered by id, such as the list of a tab. It can only be read by page
number.

Tasks that leave it meanwhile move those behind them to earlier pages, so these are read again when the total shrinks. A
page behind the end has no total. Then earlier pages are asked for, each time twice as far away, until one has tasks.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Row = dict[str, Any]


class NumberedPages:
    """`ask`: the answer for a page by its number, from 1; without tasks behind the last one."""

    def __init__(self, ask: Callable[[int], Mapping[str, Any]]) -> None:
        self._ask = ask
        self._read_ids: set[int] = set()
        self._total = 0
        self._most = 1
        self._back = 1

    def parts(self) -> Iterator[list[Row]]:
        """Each task once, in the order of the list, without empty parts."""
        number = 1
        while number:
            answer = self._ask(number)
            rows = [row for row in answer["tasks"] if row["id"] not in self._read_ids]
            self._read_ids.update(row["id"] for row in rows)
            if rows:
                yield rows
            number = self._next(number, answer) if answer["tasks"] else self._before(number)

    def _before(self, number: int) -> int:
        """The number of the page to read after an empty one; 0 for none."""
        back, self._back = self._back, self._back * 2
        return max(1, number - back) if back and number > 1 else 0

    def _next(self, number: int, answer: Mapping[str, Any]) -> int:
        """The number of the page to read after this one; 0 for none."""
        rows, total = len(answer["tasks"]), answer.get("total")
        self._back = 0 if self._back > 1 else self._back  # the end was found: the next empty page confirms it
        if total is None:
            return number + 1
        self._most = max(self._most, rows)
        removed, self._total = self._total - int(total), int(total)
        if removed > 0:
            self._back = 1
        if removed > 0 and number > 1:
            return max(1, number - 1 - removed // self._most)
        return 0 if number * self._most >= self._total else number + 1
