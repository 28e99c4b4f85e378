"""Strata: a stratified sample holds every label and is otherwise like the whole."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from backend.domain.answer import Labels, MarkedSpan, Spans
from backend.domain.dataset.stratify import quotas, stratified, stratum
from backend.domain.labels.config import read_config

counts = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 60), min_size=1)


@given(counts, st.integers(1, 80))
def test_as_many_as_wanted_and_every_label_while_there_is_room(found: dict[str, int], size: int) -> None:
    taken = quotas(found, size)
    assert sum(taken.values()) == min(size, sum(found.values()))
    assert all(0 <= taken[label] <= number for label, number in found.items())
    assert size < len(found) or min(taken.values()) >= 1
    assert size >= len(found) or max(taken.values()) == 1


def test_shares_are_those_of_the_whole() -> None:
    assert quotas({"a": 700, "b": 200, "c": 100}, 10) == {"a": 7, "b": 2, "c": 1}
    assert quotas({"a": 970, "b": 20, "c": 10}, 10) == {"a": 8, "b": 1, "c": 1}
    assert quotas({"a": 5, "b": 3}, 1) == {"a": 1, "b": 0}


def test_the_first_tasks_of_each_label_are_taken() -> None:
    strata = {task: "ab"[task % 2] for task in (9, 8, 7, 6, 5, 4)}
    assert stratified(strata, 2) == [8, 9]
    assert Counter(strata[task] for task in stratified(strata, 4)) == {"a": 2, "b": 2}
    assert stratified(strata, 99) == [4, 5, 6, 7, 8, 9]
    assert stratified({}, 5) == []


def test_the_classes_of_an_answer_are_its_stratum_whatever_it_marks() -> None:
    spans = '<Labels name="ner" toName="t"><Label value="A"/></Labels><Text name="t" value="$t"/>'
    mood = '<Choices name="mood" toName="t"><Choice value="Good"/></Choices><TextArea name="why" toName="t"/>'
    only, both = (read_config(f"<View>{spans}{more}</View>") for more in ("", mood))
    marked = Spans((MarkedSpan(0, 3, "A"), MarkedSpan(5, 8, "A")))
    assert stratum({"ner": marked}, only) == "A"
    assert stratum({"ner": None, "mood": Labels(("Good",)), "why": None}, both) == "ner: (none); mood: Good"
