"""Addresses for people: what helps stays, what may be secret never does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.urls import HIDDEN, public_url


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8080",
        "https://api.openai.com/v1",
        "http://[::1]:9090/v1",
        "http://127.0.0.1:8000/",
        "postgresql+psycopg://db-1.example:5432/prompts",
        "postgresql://one:5432,two:5433/prompts",
        "sqlite:////home/me@work/prompts.sqlite3",
        "redis://cache",
        "http://bücher.example/v1",
    ],
)
def test_what_holds_no_secret_is_shown_as_it_is(url: str) -> None:
    assert public_url(url) == url


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://user:SECRET@host:1/v1", "http://host:1/v1"),
        ("http://SECRET@host", "http://host"),
        ("redis://:SECRET@host:6379/0", "redis://host:6379/0"),
        ("redis://:SEC@SECRET@host:6379/0", "redis://host:6379/0"),
        ("rediss://host?password=SECRET&db=1", "rediss://host"),
        ("unix:///run/redis.sock?password=SECRET", "unix:///run/redis.sock"),
        ("https://host/v1?api_key=SECRET", "https://host/v1"),
        ("https://user:SECRET@host/v1?api_key=SECRET#SECRET", "https://host/v1"),
        ("https://host/v1#SECRET", "https://host/v1"),
        ("https://host#SECRET\n", "https://host"),
        ("postgresql://user:SECRET@/name?host=/tmp", "postgresql:///name"),
        ("postgresql:///name?password=SECRET", "postgresql:///name"),
        ("http://user:SEC/RET@host/", HIDDEN),
        ("http://user:SEC?RET@host/", HIDDEN),
        ("http://user:1#SECRET@host/", HIDDEN),
        ("http://host/v1?user=me@work&key=SECRET", HIDDEN),
        ("user:SECRET@host", HIDDEN),
        ("sk-SECRET", HIDDEN),
        ("http//user:SECRET@host", HIDDEN),
        ("http://SEC RET", HIDDEN),
        ("http://user:SECRET", HIDDEN),
        ("http://[SECRET", HIDDEN),
        ("", HIDDEN),
    ],
)
def test_what_may_be_secret_is_not_shown(url: str, expected: str) -> None:
    assert public_url(url) == expected


words = st.from_regex(r"[^/?#@\s]*", fullmatch=True)


@given(words, words, words, words)
def test_no_password_is_shown_wherever_it_stands(user: str, password: str, key: str, fragment: str) -> None:
    url = f"https://{user}:{password}@host.example:8/v1?api_key={key}#{fragment}"
    assert public_url(url) == "https://host.example:8/v1"


@given(st.text())
def test_garbage_is_not_shown(text: str) -> None:
    assert "://" in text or public_url(text) == HIDDEN


@given(st.text(), st.text())
def test_what_stands_before_an_at_sign_is_never_shown(secret: str, rest: str) -> None:
    assert f"QQ{secret}QQ" not in public_url(f"http://me:QQ{secret}QQ@host{rest}")
