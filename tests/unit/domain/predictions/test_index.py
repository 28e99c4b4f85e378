"""What is there is found by task, whatever order it came in."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from backend.domain.predictions.index import IndexedPrediction, PredictionIndex

knowns = st.lists(
    st.builds(
        IndexedPrediction,
        st.integers(1, 2**40),
        st.integers(1, 9),
        st.sampled_from(["mood@1", "mood@2", "mood@12"]),
        st.integers(0, 2**60 - 1),
        st.integers(0, 2**60 - 1),
    ),
    max_size=30,
)


@given(knowns, st.sets(st.integers(1, 12)))
def test_all_of_a_task_are_found_and_no_others(found: list[IndexedPrediction], tasks: set[int]) -> None:
    there = PredictionIndex(found)
    assert Counter(there.of(tasks)) == Counter(known for known in found if known.task_id in tasks)
    assert there.counts == Counter(known.version for known in found)


def test_an_iterator_will_do() -> None:
    known = IndexedPrediction(1, 7, "mood@1", 5, 6)
    assert list(PredictionIndex(iter([known])).of([7, 8])) == [known]
    assert list(PredictionIndex([]).of([7])) == []
