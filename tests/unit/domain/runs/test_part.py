"""Parts of a run: each request has one place, and what all may use is divided without a rest."""

import hashlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.runs.part import WHOLE, Part, place_of


@given(st.integers(1, 64), st.integers(0, 10_000))
def test_the_amounts_of_all_parts_make_up_the_whole(of: int, whole: int) -> None:
    amounts = [Part(number, of).amount(whole) for number in range(1, of + 1)]
    assert sum(amounts) == whole
    assert max(amounts) - min(amounts) <= 1


def test_one_part_is_all() -> None:
    assert WHOLE.amount(64) == 64
    assert place_of("f" * 64, 1) == 0


def test_requests_are_divided_evenly() -> None:
    digests = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(3000)]
    counts = Counter(place_of(digest, 3) for digest in digests)
    assert set(counts) == {0, 1, 2}
    assert min(counts.values()) > 900


def test_a_part_is_read_as_it_is_written() -> None:
    assert Part.read(str(Part(2, 4))) == Part(2, 4)


@pytest.mark.parametrize("text", ["", "2", "0/2", "3/2", "1/0", "1/2/3", "a/b", "1/99999"])
def test_other_texts_are_not_parts(text: str) -> None:
    with pytest.raises(ValueError, match="is not a part"):
        Part.read(text)
