"""Digests: equal content, equal digest, today and tomorrow."""

from hypothesis import given
from hypothesis import strategies as st

from backend.domain.hashing import canonical, digest, numbered, of_samples
from tests.scripted import any_text

KNOWN = "43258cff783fe7036d8a43033f830adfc60ec037382473548ac742b888292777"


def test_a_digest_stays_what_it_was() -> None:
    assert digest({"b": 2, "a": 1}) == digest({"a": 1, "b": 2}) == KNOWN


@given(any_text)
def test_any_text_has_a_digest_of_its_own(text: str) -> None:
    assert canonical(text).isascii()
    assert digest(text) != digest(f"{text} ")


@given(st.integers(1, 99))
def test_samples_are_found_by_the_digest_of_the_request(number: int) -> None:
    name = digest("request")
    assert numbered(name, 0) == name
    assert numbered(name, number) == f"{name[:61]}-{number:02}"
    assert len(numbered(name, number)) == len(name)


def test_the_requests_own_digest_is_the_first_samples() -> None:
    assert of_samples(KNOWN, 2) == [KNOWN, numbered(KNOWN, 1)]
    assert len(set(of_samples(KNOWN, 100))) == 100
