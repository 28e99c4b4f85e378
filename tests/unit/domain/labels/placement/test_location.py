"""Quotes are found where they stand, or listed with the reason; never guessed."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.labels.placement.graphemes import whole_characters
from backend.domain.labels.placement.location import (
    ABSENT,
    AMBIGUOUS,
    EMPTY,
    REASONS,
    Location,
    Quote,
    Unlocated,
    locate,
    whole_words,
)
from backend.domain.labels.placement.normal_text import EXACT, FOLD, SPACE, needle_of
from tests.properties import cases

CAT = "The cat. The cat sat. THE CAT!"
TEXT = "😀 Anna met Anna\u00a0Lee — “Bob’s” café; Bobby, Bob. Jose\u0301 x"


def where(text: str, *quotes: tuple[str, ...]) -> list[tuple[int, int, str] | str]:
    """Of quotes (text, label, before)."""
    found = locate(text, [_quote(*quote) for quote in quotes])
    return [(one.start, one.end, one.tier) if isinstance(one, Location) else one.reason for one in found]


def _quote(text: str, label: str = "L", before: str = "") -> Quote:
    return Quote(text, label, before)


@pytest.mark.parametrize(
    ("text", "quote", "expected"),
    [
        (CAT, ("The cat",), AMBIGUOUS),
        (CAT, ("THE CAT",), (22, 29, EXACT)),
        (CAT, ("The cat", "L", "cat. "), (9, 16, EXACT)),
        ("the ﬁnal word", ("final",), (4, 8, FOLD)),
        ("Die STRASSE und Straße x", ("strasse und straße",), (4, 22, FOLD)),
        ("a\u00a0b c", ("a b",), (0, 3, SPACE)),
        ("Anna\r\nBerg", ("Anna Berg",), (0, 10, SPACE)),
        ("An\u200bna", ("Anna",), (0, 5, SPACE)),
        ("“Oslo’s”", ("Oslo's",), (1, 7, FOLD)),
        ("1990–2000", ("1990-2000",), (0, 9, FOLD)),
        ("well… no", ("well...",), (0, 5, FOLD)),
        ("Zoe\u0301!", ("Zo\u00e9",), (0, 4, SPACE)),
        ("Zo\u00e9!", ("Zoe\u0301",), (0, 3, SPACE)),
        ("Zoe\u0301!", ("Zoe",), ABSENT),
        ("👩\u200d👩\u200d👧 x", ("👧",), ABSENT),
        ("🇳🇴 x", ("🇴",), ABSENT),
        ("안녕하세요", ("녕하",), (1, 3, EXACT)),
        ("東京都", ("京都",), (1, 3, EXACT)),
        ("Bobby", ("Bob",), (0, 3, EXACT)),
        ("Bobby and Bob", ("Bob",), (10, 13, EXACT)),
        ("Acme Ltd., x", ("Acme Ltd.",), (0, 9, EXACT)),
        ("Acme Ltd", ("  Acme Ltd ",), (0, 8, SPACE)),
        ("İzmir ve izmir", ("izmir",), (9, 14, EXACT)),
        ("İstanbul Anna", ("anna",), (9, 13, FOLD)),
        ("weiß", ("s",), ABSENT),
        (TEXT, ("Anna Lee",), (11, 19, SPACE)),
        (TEXT, ("Anna", "P", "met"), (11, 15, EXACT)),
        (TEXT, ("Anna", "P", "not there"), AMBIGUOUS),
        (TEXT, ('"bob\'s" CAFÉ',), (22, 34, FOLD)),
        (TEXT, ("Zoe",), ABSENT),
        (TEXT, (" \n",), EMPTY),
        (TEXT, ("\u200b",), EMPTY),
        (TEXT, ("",), EMPTY),
        ("", ("a",), ABSENT),
    ],
)
def test_one_quote(text: str, quote: tuple[str, ...], expected: object) -> None:
    assert where(text, quote) == [expected]


def test_equal_quotes_take_the_places_there_are_in_order() -> None:
    assert where(CAT, ("The cat",), ("The cat",)) == [(0, 7, EXACT), (9, 16, EXACT)]
    assert where(CAT, *[("The cat",)] * 3) == [AMBIGUOUS] * 3
    assert where(TEXT, ("Anna", "P", "met"), ("Anna", "P")) == [(11, 15, EXACT), (2, 6, EXACT)]


def test_another_label_may_have_the_same_place() -> None:
    assert where("Oslo", ("Oslo", "LOC"), ("Oslo", "ORG"), ("Oslo", "LOC")) == [(0, 4, EXACT)] * 3


def test_places_may_nest_and_overlap() -> None:
    assert where("Acme Oslo AS", ("Acme Oslo AS", "ORG"), ("Oslo", "LOC"), ("Oslo AS", "ORG")) == [
        (0, 12, EXACT),
        (5, 9, EXACT),
        (5, 12, EXACT),
    ]


alphabet = "aAbB éÉe\u0301ß’'“\"–-….\u00a0\r\n\t\u200b👩\u200d👧🇳🇴日İ"
texts = st.text(st.sampled_from(alphabet), max_size=40) | st.text(max_size=40)


@st.composite
def quoted_texts(draw: st.DrawFn) -> tuple[str, list[Quote]]:
    """A text, and quotes from it, each with some of what stands before it or with anything else."""
    text = draw(texts)
    quotes = []
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, len(text)))
        before = draw(st.sampled_from((text[max(0, start - 4) : start], "", "b")))
        quotes.append(Quote(text[start:end], draw(st.sampled_from("XY")), before))
    return text, quotes


def same_in(tier: str, one: str, other: str) -> bool:
    return one == other if tier == EXACT else needle_of(one, tier) == needle_of(other, tier)


@cases(1000)
@given(quoted_texts())
def test_a_slice_equals_its_quote_up_to_the_tiers_rule(case: tuple[str, list[Quote]]) -> None:
    text, quotes = case
    for quote, found in zip(quotes, locate(text, quotes), strict=True):
        if isinstance(found, Location):
            assert same_in(found.tier, text[found.start : found.end], quote.text)
            assert whole_characters(text, found.start, found.end)
        else:
            assert found.reason in REASONS


def tidied(text: str) -> str:
    return text.replace("“", '"').replace("”", '"').replace("’", "'").replace("–", "-").replace("…", "...")


PERTURBATIONS = {
    "upper case": (str.upper, FOLD),
    "lower case": (str.lower, FOLD),
    "straight quotes and hyphens": (tidied, FOLD),
    "other blanks": (lambda text: f" {text.replace(' ', chr(10) + ' ')} ", SPACE),
    "composed": (lambda text: unicodedata.normalize("NFC", text), SPACE),
    "decomposed": (lambda text: unicodedata.normalize("NFD", text), SPACE),
}
names = st.sampled_from(
    ["Anna Berg", "O’Brien", "“The Times”", "Smith–Jones", "Zoé Lee", "Straße 7", "Wait…", "Nuñez", "한국", "😀 Inc"]
)


@pytest.mark.parametrize("how", PERTURBATIONS)
@given(st.lists(names, min_size=1, max_size=6, unique=True), st.integers(0, 5))
def test_a_quote_as_models_change_it_is_found(how: str, mentions: list[str], number: int) -> None:
    change, tier = PERTURBATIONS[how]
    text = "; ".join(mentions)
    mention = mentions[number % len(mentions)]
    found = locate(text, [Quote(change(mention), "L")])[0]
    assert isinstance(found, Location)
    assert text[found.start : found.end] == mention
    assert found.tier in (EXACT, tier)


@given(st.integers(2, 8), st.integers(1, 8))
def test_a_mention_said_too_often_is_listed(mentions: int, said: int) -> None:
    text = "Bob and " * mentions
    found = locate(text, [Quote("Bob", "PER")] * said)
    if said == mentions:
        assert [one.start for one in found if isinstance(one, Location)] == list(range(0, 8 * mentions, 8))
    else:
        assert found == [Unlocated(AMBIGUOUS)] * said


def test_ten_thousand_mentions_in_a_long_text() -> None:
    found = locate("a b " * 10_000, [Quote("a", "L")] * 10_000)
    assert found[-1] == Location(39_996, 39_997, EXACT)


@pytest.mark.parametrize(
    ("text", "part", "whole"),
    [
        ("Bobby", "Bob", False),
        ("a Bob.", "Bob", True),
        ("Bob", "Bob", True),
        ("Zoe\u0301s", "Zoe\u0301", False),
        ("東京都", "京都", True),
        ("서울에서", "서울", True),
        ("กรุงเทพ", "กรุง", True),
        ("Acme2", "Acme", False),
        ("O'Brien", "Brien", True),
    ],
)
def test_a_part_ends_with_words_or_within(text: str, part: str, whole: bool) -> None:
    start = text.index(part)
    assert whole_words(text, start, start + len(part)) is whole
