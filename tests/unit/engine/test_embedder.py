"""Embeddings are facts: asked for once, in parts, stored before the next is asked."""

import struct
from collections.abc import Sequence
from pathlib import Path

import numpy
import pytest

from backend.adapters.database.embeddings import EmbeddingStore
from backend.adapters.database.prompts import Store
from backend.engine import embedder as embedding
from backend.engine.embedder import Embedder
from backend.errors import ProviderError


class LengthVectors:
    """Vectors of a text's length and 1; it ends after `most` requests."""

    def __init__(self, most: int = 99) -> None:
        self.asked: list[list[str]] = []
        self.most = most

    def vectors(self, model: str, texts: Sequence[str]) -> list[bytes]:
        if len(self.asked) == self.most:
            raise ProviderError("no more")
        self.asked.append(list(texts))
        return [struct.pack("<2f", len(text), 1) for text in texts]


class Longer(LengthVectors):
    """Vectors of another size."""

    def vectors(self, model: str, texts: Sequence[str]) -> list[bytes]:
        return [struct.pack("<3f", 1, 1, 1) for _ in texts]


@pytest.fixture
def store(tmp_path: Path) -> EmbeddingStore:
    return EmbeddingStore(Store(f"sqlite:///{tmp_path}/record.db"))


def test_each_text_is_asked_for_once_and_every_row_has_length_one(store: EmbeddingStore) -> None:
    api = LengthVectors()
    embed = Embedder(store, lambda: api, "http://model.test/v1")
    rows = embed("m", ["a", "bb", "a"])
    assert api.asked == [["a", "bb"]]
    assert rows.shape == (3, 2)
    assert numpy.allclose(numpy.linalg.norm(rows, axis=1), 1)
    assert numpy.allclose(rows[0], rows[2])
    again = Embedder(store, lambda: pytest.fail("asked again"), "http://model.test/v1")("m", ["bb", "a"])
    assert numpy.allclose(again, rows[[1, 0]])


def test_where_nothing_may_be_asked_what_is_not_stored_is_not_known(store: EmbeddingStore) -> None:
    Embedder(store, LengthVectors, "http://model.test/v1")("m", ["a", "bb"])
    embed = Embedder(store, None, "http://model.test/v1")
    assert numpy.isnan(embed("m", ["ccc"])).all()
    assert numpy.isnan(embed("m", ["a", "ccc", "bb"])).tolist() == [[False] * 2, [True] * 2, [False] * 2]
    assert numpy.isnan(embed("m", ["ccc"])).shape == (1, 2)


def test_another_model_or_server_is_asked_anew(store: EmbeddingStore) -> None:
    api = LengthVectors()
    for url, model in (("http://one.test", "m"), ("http://one.test", "n"), ("http://other.test", "m")):
        Embedder(store, lambda: api, url)(model, ["a"])
    assert api.asked == [["a"]] * 3


def test_what_came_before_trouble_is_kept(store: EmbeddingStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "AT_ONCE", 2)
    api, texts = LengthVectors(most=1), ["a", "bb", "ccc"]
    embed = Embedder(store, lambda: api, "http://model.test/v1")
    with pytest.raises(ProviderError):
        embed("m", texts)
    api.most = 99
    embed("m", texts)
    assert api.asked == [["a", "bb"], ["ccc"]]


def test_long_texts_are_cut(store: EmbeddingStore) -> None:
    api = LengthVectors()
    Embedder(store, lambda: api, "u")("m", ["x" * 20_000])
    assert [len(text) for text in api.asked[0]] == [embedding.MOST_CHARACTERS]


def test_vectors_of_another_size_are_refused_and_not_stored(store: EmbeddingStore) -> None:
    embed = Embedder(store, LengthVectors, "u")
    embed("m", ["a"])
    for again in (Embedder(store, Longer, "u"), embed):
        again("m", ["a"])
        again._make_api = Longer
        with pytest.raises(ProviderError, match="another size"):
            again("m", ["b"])
    Embedder(store, LengthVectors, "u")("m", ["a", "b"])
