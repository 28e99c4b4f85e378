"""Splits: which part a task is in, and that it stays there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.dataset.split import Split, parse_split
from backend.errors import SubsetError

DATA = [{"text": f"Message {number}", "id": number} for number in range(1000)]


def inside(text: str) -> set[int]:
    return {place for place, data in enumerate(DATA) if parse_split(text).has(data)}


def test_the_halves_share_nothing_and_leave_nothing() -> None:
    dev, test = inside("dev:0.5"), inside("test:0.5")
    assert not dev & test
    assert dev | test == set(range(1000))
    assert 450 < len(dev) < 550


@given(st.integers(1, 999_999))
def test_the_rest_is_everything_else(millionths: int) -> None:
    split = Split("dev", millionths / 1_000_000)
    assert split.rest.rest == split
    assert all(split.has(data) != split.rest.has(data) for data in DATA[:50])
    assert parse_split(str(split)) == split


def test_a_larger_part_has_the_smaller_one_in_it() -> None:
    assert inside("dev:0.2") < inside("dev:0.3") < inside("dev:0.9")
    assert not inside("dev:0.3") & inside("test:0.7")
    assert inside("dev:0.7") & inside("test:0.5")


def test_copies_are_in_the_same_part_whatever_the_order_of_their_fields() -> None:
    split = parse_split("dev:0.5")
    assert all(split.has(data) == split.has(dict(reversed(data.items()))) for data in DATA)


def test_where_a_task_is_does_not_change_from_version_to_version() -> None:
    found = [text for text in ("a", "b", "c", "d", "Grüße", "\ud800") if parse_split("dev:0.5").has({"text": text})]
    assert found == ["a", "b"]


def test_data_nested_too_deeply_is_in_one_part() -> None:
    nested: list[object] = []
    for _ in range(100_000):
        nested = [nested]
    assert parse_split("dev:0.5").has({"text": nested})
    assert not parse_split("test:0.5").has({"text": nested})


@pytest.mark.parametrize("text", ["", "dev", "dev:", "dev:0", "dev:1", "test:1.5", "half:0.5", "dev:x", "dev:nan"])
def test_what_means_nothing_is_refused(text: str) -> None:
    with pytest.raises(SubsetError, match=r"is not a split: write dev:0\.5"):
        parse_split(text)
