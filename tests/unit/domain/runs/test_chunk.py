"""How a run is cut into chunks."""

import tracemalloc
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from backend.domain.runs.chunk import TaskIds, cut

ids = st.integers(1, 60)


@given(st.lists(st.lists(ids)), st.sets(ids), st.integers(1, 7))
def test_every_task_is_in_one_chunk_unless_it_is_known(pages: Any, known: Any, size: Any) -> None:
    there = TaskIds(known)
    chunks = list(cut(pages, there, size))
    flat = [number for chunk in chunks for number in chunk]
    wanted = [number for page in pages for number in page if number not in known]
    assert flat == list(dict.fromkeys(wanted))
    assert all(len(chunk) == size for chunk in chunks[:-1])
    assert all(0 < len(chunk) <= size for chunk in chunks)
    assert len(there) == len(known | set(flat))
    assert not any(map(there.add, known | set(flat)))


@given(st.lists(st.integers(0, 2**63)))
def test_ids_are_new_once(numbers: list[int]) -> None:
    ids, seen = TaskIds(), set[int]()
    for number in numbers:
        assert ids.add(number) == (number not in seen)
        seen.add(number)
    assert len(ids) == len(seen)


def test_a_hundred_thousand_ids_take_little() -> None:
    tracemalloc.start()
    ids = TaskIds(range(100_000))
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(ids) == 100_000
    assert held < 50_000
