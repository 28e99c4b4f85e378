"""Which tokens say what of a list of marks."""

import pytest

from backend.domain.resolution.mark_tokens import MarkTokens

TEXT = '{"ner": [ {"label": "P", "text": "Bob"} , 7, {"text": ""}], "no": null, "other": 5}'


def letters(text: str = TEXT) -> MarkTokens:
    """Each character is a token, half as probable as certain."""
    return MarkTokens(text, tuple((letter, -0.7) for letter in text))


def said(tokens: set[int]) -> str:
    return "".join(TEXT[token] for token in sorted(tokens))


def test_the_elements_of_a_list_and_their_parts() -> None:
    first, number, last = letters().listed("ner")
    assert {name: TEXT[start:end] for name, (start, end) in first.items()} == {"label": '"P"', "text": '"Bob"'}
    assert (dict(number), list(last)) == ({}, ["text"])
    assert [letters().listed(name) for name in ("no", "other", "unknown")] == [[], [], []]


def test_a_mark_is_its_label_and_one_token_of_the_beginning_of_its_quote() -> None:
    found = letters()
    assert said(found.mark(found.listed("ner")[0])) == 'P"B'
    assert [found.mark(one) for one in found.listed("ner")[1:]] == [set(), set()]


def test_turns_are_before_the_first_element_and_behind_each() -> None:
    assert said(letters().turns("ner")) == "{,7]", "a number has no place of its own"
    assert said(letters().turns("no")) == "null"
    assert letters().turns("unknown") == set()


def test_what_is_not_a_probability_is_none() -> None:
    assert letters().probability([0, 1]) == pytest.approx(0.2466, abs=1e-4)
    assert MarkTokens("ab", (("a", 0.5), ("b", -0.1))).probability([0, 1]) is None
    assert MarkTokens("ab", (("a", 0.5), ("b", -0.1))).probability([]) == 1
