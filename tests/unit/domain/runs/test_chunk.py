"""How a run is cut into chunks."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from backend.domain.runs.chunk import cut

ids = st.integers(1, 60)


@given(st.lists(st.lists(ids)), st.sets(ids), st.integers(1, 7))
def test_every_task_is_in_one_chunk_unless_it_is_known(pages: Any, known: Any, size: Any) -> None:
    there = set(known)
    chunks = list(cut(pages, there, size))
    flat = [number for chunk in chunks for number in chunk]
    wanted = [number for page in pages for number in page if number not in known]
    assert flat == list(dict.fromkeys(wanted))
    assert all(len(chunk) == size for chunk in chunks[:-1])
    assert all(0 < len(chunk) <= size for chunk in chunks)
    assert there == known | set(flat)
