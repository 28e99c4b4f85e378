"""Tokens as texts that can be stored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.chat.branch import as_text, bytes_of


@given(st.binary())
def test_any_bytes_can_be_stored(token: bytes) -> None:
    assert bytes_of(as_text(token)) == token


@pytest.mark.parametrize("text", ["体", "\ud800", "\udfff x"])
def test_any_text_has_bytes(text: str) -> None:
    assert bytes_of(text)
