"""Which ground truths are kept as examples: the same ones on every machine, each text once."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.few_shot import selection
from backend.domain.few_shot.selection import Candidate, kept
from backend.domain.prompts.examples import LONGEST, WAYS, Example
from backend.domain.same_text import text_key
from tests.properties import cases
from tests.scripted import some


def candidate(task: int, text: str, *labels: str) -> Candidate:
    return Candidate(Example(task, {"text": text}, {"mood": [*labels]}), labels)


MANY = [candidate(place, f"text {place}", "Good" if place % 10 else "Bad") for place in range(40)]


def ids(found: tuple[Example, ...]) -> list[int]:
    return [some(example.task) for example in found]


@pytest.mark.parametrize("select", WAYS)
def test_the_order_in_which_they_come_does_not_matter(select: Any) -> None:
    assert kept(MANY, 6, select) == kept(MANY[::-1], 6, select)
    assert len(kept(MANY, 6, select)) == (40 if select == "similar" else 6)


@pytest.mark.parametrize("select", WAYS)
def test_of_copies_the_first_counts(select: Any) -> None:
    found = kept([candidate(1, "same", "Good"), candidate(2, "SAME ", "Bad"), candidate(3, "other", "Bad")], 3, select)
    assert sorted(ids(found)) == [1, 3]


def test_balanced_has_as_many_of_each_label() -> None:
    found = kept(MANY, 6, "balanced")
    assert sum(one.answer["mood"] == ["Bad"] for one in found) == 3
    assert sum(one.answer["mood"] == ["Bad"] for one in kept(MANY, 20, "balanced")) == 4


def test_balanced_takes_items_without_any_label_too() -> None:
    some = [candidate(1, "a"), *MANY]
    assert [] in [one.answer["mood"] for one in kept(some, 3, "balanced")]


def test_diverse_takes_one_of_each_kind() -> None:
    kinds = ("cat purrs", "dog barks", "train leaves")
    some = [candidate(10 * kind + i, f"{text} {i}", "x") for kind, text in enumerate(kinds) for i in range(8)]
    found = kept(some, 3, "diverse")
    assert {one.values["text"].split()[0] for one in found} == {"cat", "dog", "train"}


def test_a_text_that_would_crowd_out_the_others_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    huge = candidate(1, "x" * (LONGEST + 1), "Good")
    assert ids(kept([huge, MANY[0]], 2, "fixed")) == [0]
    monkeypatch.setattr(selection, "MOST_CHARACTERS", 20)
    assert 1 <= len(kept(MANY, 9, "similar")) <= 3
    monkeypatch.setattr(selection, "MOST_KEPT", 2)
    assert len(kept(MANY, 9, "similar")) == 2


@cases(20)
@given(st.lists(st.sampled_from(["", " ", "!", "日本", "日本 語", "a b", "A  b"]), min_size=1, max_size=8))
def test_any_texts_will_do(found: Any) -> None:
    for select in WAYS:
        chosen = kept([candidate(i, text, "x") for i, text in enumerate(found)], 2, select)
        assert chosen
        assert len({text_key(one.values.values()) for one in chosen}) == len(chosen)
