"""Marked characters, counted one by one."""

from hypothesis import given
from hypothesis import strategies as st

from backend.domain.metrics.controls.set_match import SetMatch
from backend.domain.metrics.controls.span_schemes import LabelledSpan
from backend.domain.metrics.controls.spans import character_match

LABELS = ("PER", "LOC", "ORG")

spans = st.tuples(st.integers(0, 30), st.integers(1, 12) | st.integers(100, 300), st.sampled_from(LABELS)).map(
    lambda drawn: (drawn[0], drawn[0] + drawn[1], drawn[2])
)
sides = st.lists(spans, max_size=6, unique=True)
tasks = st.lists(st.tuples(sides, sides), min_size=1, max_size=4)


@given(tasks)
def test_characters_are_counted_one_by_one(pairs: list[tuple[list[LabelledSpan], list[LabelledSpan]]]) -> None:
    for wanted, given_ in pairs:
        both = [{(label, i) for start, end, label in side for i in range(start, end)} for side in (wanted, given_)]
        assert character_match(wanted, given_) == SetMatch(len(both[0] & both[1]), len(both[1]), len(both[0]))
