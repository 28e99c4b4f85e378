"""Results: what a version answered, beside the ground truths. Filters, order and page are in the address."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode

from flask import request

from backend.interfaces.web.pages.visit import Visit
from backend.services.analysis.results import TaskResult

PAGE = 50
KINDS = {
    "wrong": "Wrong",
    "rejected": "Unusable answer",
    "failed": "No answer",
    "right": "Right",
    "usable": "Without ground truth",
}
"""What becomes of a task, in the order in which people look at it."""
ORDERS: dict[str, Callable[[TaskResult], Any]] = {
    "task": lambda row: row.task,
    "confidence": lambda row: (row.confidence is None, row.confidence or 0.0),
    "text": lambda row: row.text.casefold(),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for. `kind`: one of KINDS, "" for all; `truth`, `answer`: as they are shown."""

    kind: str = ""
    search: str = ""
    truth: str = ""
    answer: str = ""
    sort: str = "task"
    page: int = 1

    @classmethod
    def asked(cls) -> Self:
        """Those of this request; what does not fit is as if it were not there."""
        given = {name: request.args.get(name, "") for name in ("kind", "search", "truth", "answer")}
        sort, page = request.args.get("sort", "task"), request.args.get("page", "1")
        kind = given["kind"] if given["kind"] in KINDS else ""
        number = int(page) if page.isdecimal() and len(page) < 7 else 1
        return cls(**{**given, "kind": kind}, sort=sort if sort in ORDERS else "task", page=max(1, number))

    def passes(self, row: TaskResult) -> bool:
        return (
            self.kind in ("", row.kind)
            and self.truth in ("", row.truth)
            and self.answer in ("", row.answer)
            and self.search.casefold() in row.text.casefold()
        )

    def link(self, **changed: Any) -> str:
        """The address of the same page with other filters, from its first page on unless one is named."""
        names = ("kind", "search", "truth", "answer", "sort")
        values = {**{name: getattr(self, name) for name in names}, **changed}
        return "?" + urlencode({name: value for name, value in values.items() if value not in ("", None)})


def show_results(visit: Visit, prompt: int, version: int) -> Any:
    of, filters = visit.call.objects.version(prompt, version), Filters.asked()
    rows = visit.app.results(of.version.tag)
    chosen = sorted(filter(filters.passes, rows), key=ORDERS[filters.sort])
    last = max(1, -(-len(chosen) // PAGE))
    start = (min(filters.page, last) - 1) * PAGE
    counts = Counter(row.kind for row in rows)
    tabs = [("", "All", len(rows)), *((kind, title, counts[kind]) for kind, title in KINDS.items())]
    words = {"of": of, "filters": filters, "evaluation": visit.call.evaluation(of), "kinds": KINDS, "tabs": tabs}
    pages = {"page": min(filters.page, last), "last": last, "chosen": len(chosen), "total": len(rows)}
    return visit.show("results.html", **words, **pages, rows=chosen[start : start + PAGE], row=of.prompt)
