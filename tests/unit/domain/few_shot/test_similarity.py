"""Which texts are like another one: by words, by embeddings, and which lie far apart."""

from collections.abc import Sequence
from typing import Any

import numpy
import pytest

from backend.domain.few_shot.similarity import EmbeddingIndex, WordIndex, far_apart, nearest, words_of

TEXTS = ("the parcel is late", "money back please", "the parcel never arrived", "what a lovely shop")


def nearest_one(index: WordIndex | EmbeddingIndex, text: str) -> int:
    ((place,),) = nearest(index.similarities([text]), 1, [()])
    return place


@pytest.mark.parametrize(("text", "place"), [("where is the late parcel", 0), ("I want my money", 1), ("Lovely!", 3)])
def test_shared_words_make_texts_alike(text: str, place: int) -> None:
    assert nearest_one(WordIndex(TEXTS), text) == place


def test_texts_without_spaces_are_compared_by_character() -> None:
    assert nearest_one(WordIndex(["包裹还没有到", "我要退款"]), "请退款") == 1


@pytest.mark.parametrize("texts", [("!!!", "???"), ("", "")])
def test_texts_without_a_word_are_compared_all_the_same(texts: tuple[str, str]) -> None:
    assert WordIndex(texts).similarities(["?"]).shape == (1, 2)


def test_the_same_texts_are_laid_out_once() -> None:
    assert words_of(TEXTS) is words_of(TEXTS)


def test_embeddings_are_compared_by_their_cosine() -> None:
    asked: list[tuple[str, tuple[str, ...]]] = []

    def embed(model: str, texts: Sequence[str]) -> Any:
        asked.append((model, tuple(texts)))
        return numpy.array([[1.0, 0.0] if "parcel" in text else [0.0, 1.0] for text in texts])

    index = EmbeddingIndex(["a parcel", "a refund"], "small", embed)
    assert index.similarities(["parcel"]).tolist() == [[1.0, 0.0]]
    assert asked == [("small", ("a parcel", "a refund")), ("small", ("parcel",))]


def test_texts_without_an_embedding_are_compared_by_their_words() -> None:
    def embed(model: str, texts: Sequence[str]) -> Any:
        return numpy.array([[numpy.nan] * 2 if text in unknown else [1.0, "a" in text] for text in texts], "float32")

    unknown = {"money back"}
    index = EmbeddingIndex(TEXTS, "small", embed)
    by_words = WordIndex(TEXTS).similarities(["money back"])
    rows = index.similarities(["parcel", "money back"])
    assert rows[0].tolist() == [2, 2, 2, 2]
    assert rows[1].tolist() == by_words[0].tolist()
    unknown = {TEXTS[0]}
    assert EmbeddingIndex(TEXTS, "small", embed).similarities(["money back"]).tolist() == by_words.tolist()


def test_of_equal_ones_the_first_count_and_those_left_out_do_not() -> None:
    rows = numpy.array([[0.5, 0.9, 0.5, 0.9], [0.1, 0.1, 0.1, 0.1]])
    assert nearest(rows, 2, [(), ()]) == [[1, 3], [0, 1]]
    assert nearest(rows, 2, [(1,), (0, 1, 2)]) == [[0, 3], [3]]


def test_far_apart_takes_one_of_each_kind() -> None:
    texts = ["late parcel", "the late parcel", "late, late parcel", "money back", "my money back", "money back now"]
    first, second = far_apart(texts, 2)
    assert (first < 3, second < 3) == (True, False)
    assert far_apart(texts, 2) == [first, second]
    assert far_apart(["same"] * 3, 2) == [0, 1]
