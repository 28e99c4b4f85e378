"""Lists of task ids, as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.task import MOST_IDS, parse_ids
from backend.errors import SubsetError


@pytest.mark.parametrize(
    ("text", "ids"),
    [("3", [3]), ("3,7-9", [3, 7, 8, 9]), (" 7 - 8 , 3 ", [7, 8, 3]), ("5,5,4-6", [5, 4, 6]), ("2-2", [2])],
)
def test_ids_come_each_once_in_the_order_given(text: str, ids: list[int]) -> None:
    assert parse_ids(text) == ids


@pytest.mark.parametrize(
    "text", ["", ",", "3,", "a", "3-", "-3", "9-7", "1-2-3", "1.5", "1;2", f"1-{MOST_IDS + 1}", "9" * 30]
)
def test_anything_else_is_refused_in_one_short_sentence(text: str) -> None:
    with pytest.raises(SubsetError) as error:
        parse_ids(text)
    assert len(str(error.value)) < 140


@given(st.lists(st.integers(0, 10**6), min_size=1))
def test_a_list_of_ids_is_that_list_each_once(ids: list[int]) -> None:
    assert parse_ids(",".join(map(str, ids))) == list(dict.fromkeys(ids))


def test_there_is_a_limit_on_all_ids_together() -> None:
    assert len(parse_ids(f"1-{MOST_IDS}")) == MOST_IDS
    assert len(parse_ids(f"1-{MOST_IDS},5,7-9")) == MOST_IDS
    for text in (f"1-{MOST_IDS},{MOST_IDS + 1}", f"0-{MOST_IDS}", "1-600000,700000-1200000", f"1-{10**17},3"):
        with pytest.raises(SubsetError, match=r"more than 1,000,000 task ids: take all tasks"):
            parse_ids(text)
