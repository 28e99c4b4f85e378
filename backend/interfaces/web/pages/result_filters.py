"""Filters of the results: what the address asks for, and which rows that leaves."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode

from flask import request

from backend.domain.whole_number import whole_number
from backend.services.analysis.results import TaskResult

KINDS = {
    "wrong": "Wrong",
    "rejected": "Unusable answer",
    "failed": "No answer",
    "unsure": "Unsure",
    "right": "Right",
    "usable": "Without ground truth",
}
"""What becomes of a task, in the order in which people look at it."""
UNSURE = 0.7
"""Below it an answer is unsure."""
MOST_PAGES = 999_999
ORDERS: dict[str, Callable[[TaskResult], Any]] = {
    "task": lambda row: row.task,
    "confidence": lambda row: (row.confidence is None, row.confidence or 0.0),
    "text": lambda row: row.text.casefold(),
}
ORDER_TITLES = {"task": "Task", "confidence": "Least certain first", "text": "Text"}
NAMES = ("kind", "search", "truth", "answer", "reason", "model", "least", "most", "sort")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for.

    kind: one of KINDS, "" for all
    truth, answer: as they are shown
    reason: why there is no answer
    model: which one of a cascade answered
    least, most: confidences, "" for none
    """

    kind: str = ""
    search: str = ""
    truth: str = ""
    answer: str = ""
    reason: str = ""
    model: str = ""
    least: str = ""
    most: str = ""
    sort: str = "task"
    page: int = 1

    @classmethod
    def from_request(cls) -> Self:
        """Those of this request; what does not fit is as if it were not there."""
        values = {name: request.values.get(name, "") for name in NAMES}
        page = request.values.get("page", "1")
        values["kind"] = values["kind"] if values["kind"] in KINDS else ""
        values["sort"] = values["sort"] if values["sort"] in ORDERS else "task"
        values |= {name: values[name] if _is_confidence(values[name]) else "" for name in ("least", "most")}
        return cls(**values, page=max(1, whole_number(page, MOST_PAGES) or 1))

    @property
    def read_texts(self) -> bool:
        """Whether rows are chosen or ordered by the texts of their tasks."""
        return bool(self.search) or self.sort == "text"

    def passes(self, row: TaskResult) -> bool:
        return (
            is_of(row, self.kind)
            and self.truth in ("", row.truth)
            and self.answer in ("", row.answer)
            and self.reason in ("", reason_of(row))
            and self.model in ("", row.model)
            and (not self.least or (row.confidence is not None and row.confidence >= float(self.least)))
            and (not self.most or (row.confidence is not None and row.confidence <= float(self.most)))
            and self.search.casefold() in row.text.casefold()
        )

    def chosen(self, rows: Sequence[TaskResult]) -> list[TaskResult]:
        """The rows that pass, in the order asked for."""
        return sorted(filter(self.passes, rows), key=ORDERS[self.sort])

    @property
    def narrowing(self) -> bool:
        """Whether any row may be left out."""
        return any(self.narrows.values())

    @property
    def narrows(self) -> dict[str, str]:
        """By name, all but the order."""
        return {name: getattr(self, name) for name in NAMES if name != "sort"}

    @property
    def cleared(self) -> str:
        """The address of the same page with all rows."""
        return self.link(**dict.fromkeys(self.narrows, ""))

    def link(self, **changed: Any) -> str:
        """The address of the same page with other filters, from its first page on unless one is named."""
        values = {**{name: getattr(self, name) for name in NAMES}, **changed}
        usual = {"sort": "task"}
        return "?" + urlencode({n: value for n, value in values.items() if value not in ("", None, usual.get(n))})


def is_of(row: TaskResult, kind: str) -> bool:
    if kind == "unsure":
        return row.confidence is not None and row.confidence < UNSURE
    return kind in ("", row.kind)


def reason_of(row: TaskResult) -> str:
    """The name of why there is no answer, "" where there is one."""
    return (row.reason or "").partition(":")[0]


def tabs_of(rows: Sequence[TaskResult]) -> list[tuple[str, str, int]]:
    """Kind, title and number of rows."""
    counts = Counter(row.kind for row in rows)
    counts["unsure"] = sum(is_of(row, "unsure") for row in rows)
    return [("", "All", len(rows)), *((kind, title, counts[kind]) for kind, title in KINDS.items())]


def reasons_of(rows: Sequence[TaskResult]) -> list[tuple[str, int]]:
    """Why tasks have no answer, the most frequent first."""
    return Counter(reason for row in rows if (reason := reason_of(row))).most_common()


def models_of(rows: Sequence[TaskResult]) -> list[tuple[str, int]]:
    """Which models of a cascade answered how many tasks, the most first; nothing without a cascade."""
    return Counter(row.model for row in rows if row.model is not None).most_common()


def _is_confidence(text: str) -> bool:
    try:
        return 0 <= float(text) <= 1
    except ValueError:
        return False
