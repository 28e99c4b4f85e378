"""Texts compared: against the table of Levenshtein's distance written out, and by hand."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.domain.metrics.text_similarity import best_mean, edit_distance, similarity, text_score, token_f1

texts = st.text(st.sampled_from("abc é😀"), max_size=12)


def table_distance(one: str, other: str) -> int:
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        before, row = row, [i]
        for j, b in enumerate(other, start=1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (a != b)))
    return row[-1]


@settings(max_examples=1000)
@given(texts, texts)
def test_the_distance_is_levenshteins(one: str, other: str) -> None:
    assert edit_distance(one, other) == table_distance(one, other)
    assert 0 <= similarity(one, other) <= 1


def test_long_texts_are_quick() -> None:
    assert edit_distance("ab" * 5000, "ba" * 5000) == 2


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("The cat sat.", "cat sat", 1),
        ("Late delivery", "late delivery, wet parcel", 2 * 2 / 6),
        ("", "", 1),
        ("x", "", 0),
        ("the", "an", 1),
        ("good good", "good", 2 / 3),
    ],
)
def test_words_in_common(one: str, other: str, expected: float) -> None:
    assert token_f1(one, other) == pytest.approx(expected)


@given(st.lists(texts, max_size=4), st.lists(texts, max_size=4))
def test_the_best_pairing_is_the_best_of_all(wanted: list[str], given_: list[str]) -> None:
    small, large = sorted((wanted, given_), key=len)
    best = max(
        (sum(map(similarity, small, chosen)) for chosen in permutations(large, len(small))),
        default=0.0,
    )
    expected = best / len(large) if large and small else float(len(wanted) == len(given_))
    assert best_mean(wanted, given_, similarity) == pytest.approx(expected)


def test_a_score_by_hand() -> None:
    score = text_score(
        [(["Caf\u00e9  bar"], ["Cafe\u0301 bar"]), (["a", "b"], ["b", "a"]), (["abcd"], ["abcx"]), (["x"], None)]
    )
    assert (score.outputs, score.exact) == (4, 0.25)
    assert (score.match.hits, score.match.given, score.match.wanted) == (3, 4, 5)
    assert score.similarity == pytest.approx((1 + 1 + 0.75 + 0) / 4)
    assert score.token_f1 == pytest.approx((1 + 1 + 0 + 0) / 4)


def test_no_text_wanted_and_none_given_is_right() -> None:
    score = text_score([([], [])])
    assert (score.exact, score.similarity, score.match.f1) == (1, 1, None)
    assert text_score([]).exact is None
    assert text_score([([], None)]).exact == 0
