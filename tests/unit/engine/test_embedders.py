"""Embeddings are made through the connection that their model's reference names."""

from collections.abc import Sequence
from typing import Any

import pytest

from backend.engine.embedders import Embedders
from backend.errors import SettingsError

ADDRESSES = {"default": "http://model.test/v1", "groq": "http://groq.test/v1"}


def address(name: str) -> str:
    if name not in ADDRESSES:
        raise SettingsError(f"There is no connection '{name}' here.")
    return ADDRESSES[name]


@pytest.mark.parametrize(
    ("reference", "asked"),
    [
        ("m", ("default", "http://model.test/v1", "m")),
        ("groq/m", ("groq", "http://groq.test/v1", "m")),
        ("BAAI/bge", ("default", "http://model.test/v1", "BAAI/bge")),
        ("default/groq/m", ("default", "http://model.test/v1", "groq/m")),
    ],
)
def test_a_reference_leads_to_its_connection(reference: str, asked: tuple[str, str, str]) -> None:
    def make(connection: str, url: str) -> Any:
        return lambda model, texts: (connection, url, model, tuple(texts))

    assert Embedders(make, address, lambda: {"groq"})(reference, ["a"]) == (*asked, ("a",))


def test_one_is_made_for_each_address() -> None:
    made: list[tuple[str, str]] = []

    def make(connection: str, url: str) -> Any:
        made.append((connection, url))
        return lambda model, texts: len(texts)

    texts: Sequence[str] = ["a", "b"]
    embed = Embedders(make, address, lambda: {"groq", "gone"})
    assert [embed(name, texts) for name in ("m", "n", "groq/m", "groq/m")] == [2, 2, 2, 2]
    assert made == [("default", "http://model.test/v1"), ("groq", "http://groq.test/v1")]
    with pytest.raises(SettingsError, match="no connection 'gone'"):
        embed("gone/m", texts)
