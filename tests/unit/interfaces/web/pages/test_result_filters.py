"""Filters of the results are read from an address, leave rows out, and are written into the next address."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import pytest
from flask import Flask

from backend.interfaces.web.pages.result_filters import NAMES, Filters, models_of, reasons_of, tabs_of
from backend.services.analysis.results import TaskResult

ROWS = [
    TaskResult(1, "Nice", "Good", "Good", None, 0.9, "", "right"),
    TaskResult(2, "awful", "Bad", "Good", None, 0.6, "", "wrong"),
    TaskResult(3, "Odd", None, None, "not_json: It is no JSON.", None, "", "rejected"),
    TaskResult(4, "Broken", None, None, "server: It failed.", None, "", "failed"),
    TaskResult(5, "nice too", None, "Bad", None, 0.7, "", "usable"),
]


def from_request(**query: str) -> Filters:
    with Flask(__name__).test_request_context(query_string=query):
        return Filters.from_request()


def tasks(**query: str) -> list[int]:
    return [row.task for row in from_request(**query).chosen(ROWS)]


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ({"kind": "wrong"}, [2]),
        ({"kind": "unsure"}, [2]),
        ({"kind": "usable"}, [5]),
        ({"kind": "other"}, [1, 2, 3, 4, 5]),
        ({"search": "NICE"}, [1, 5]),
        ({"truth": "Bad"}, [2]),
        ({"answer": "Good", "truth": "Good"}, [1]),
        ({"reason": "server"}, [4]),
        ({"least": "0.7"}, [1, 5]),
        ({"most": "0.7"}, [2, 5]),
        ({"least": "0.65", "most": "0.8"}, [5]),
        ({"least": "nan"}, [1, 2, 3, 4, 5]),
        ({"most": "much"}, [1, 2, 3, 4, 5]),
        ({"least": "-1", "most": "1.5"}, [1, 2, 3, 4, 5]),
        ({"sort": "confidence"}, [2, 5, 1, 3, 4]),
        ({"sort": "text"}, [2, 4, 1, 5, 3]),
        ({"sort": "cost"}, [1, 2, 3, 4, 5]),
    ],
)
def test_an_address_leaves_these_rows(query: dict[str, str], left: list[int]) -> None:
    assert tasks(**query) == left


@pytest.mark.parametrize(("page", "read"), [("3", 3), ("0", 1), ("-2", 1), ("", 1), ("x", 1), ("9999999", 1)])
def test_a_page_that_cannot_be_is_the_first(page: str, read: int) -> None:
    assert from_request(page=page).page == read


@pytest.mark.parametrize("name", ["kind", "search", "truth", "answer", "reason", "model", "least", "most"])
def test_what_may_leave_rows_out_narrows(name: str) -> None:
    narrow: Any = {name: "1"}
    assert Filters(**narrow).narrowing
    assert not Filters(sort="text", page=4).narrowing


def linked(filters: Filters, **changed: Any) -> dict[str, str]:
    return dict(parse_qsl(filters.link(**changed).removeprefix("?")))


def test_the_next_address_keeps_the_filters_and_begins_at_the_first_page() -> None:
    now = Filters(kind="wrong", search="a&b=c", sort="text", page=3)
    assert linked(now) == {"kind": "wrong", "search": "a&b=c", "sort": "text"}
    assert linked(now, page=4, kind="") == {"search": "a&b=c", "sort": "text", "page": "4"}
    assert Filters().link() == "?"


@pytest.mark.parametrize("name", ["search", "truth", "answer"])
def test_a_word_that_is_also_the_name_of_an_order_is_kept(name: str) -> None:
    filters: Any = {name: "task"}
    assert linked(Filters(**filters), page=2) == {name: "task", "page": "2"}


def test_tabs_count_the_rows_of_each_kind() -> None:
    assert {kind: number for kind, _, number in tabs_of(ROWS)} == {
        "": 5,
        "wrong": 1,
        "rejected": 1,
        "failed": 1,
        "unsure": 1,
        "right": 1,
        "usable": 1,
    }


def test_reasons_are_named_without_their_details() -> None:
    assert reasons_of([*ROWS, ROWS[3]]) == [("server", 2), ("not_json", 1)]


def test_the_rows_of_one_model_of_a_cascade_are_counted_and_chosen() -> None:
    assert models_of(ROWS) == []
    rows = [replace(row, model="dear/b" if row.task == 2 else "a") for row in ROWS]
    assert models_of(rows) == [("a", 4), ("dear/b", 1)]
    assert [row.task for row in from_request(model="dear/b").chosen(rows)] == [2]
    assert "model=dear%2Fb" in from_request(model="dear/b").link(page=2)


def test_all_filters_are_handed_on_and_cleared_together() -> None:
    """Asking again about what is filtered asks about no more than that, also in a cascade."""
    filters = from_request(**dict.fromkeys(NAMES, "1") | {"kind": "wrong", "sort": "text"})
    assert set(filters.narrows) == set(NAMES) - {"sort"}
    assert all(filters.narrows.values())
    assert from_request(**filters.narrows).model == "1"
    assert filters.cleared == "?sort=text"
