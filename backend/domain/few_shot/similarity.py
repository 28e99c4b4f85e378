"""Similarity of texts, by the words that they share or by a model's embeddings.

scikit-learn is imported when the first index is made.
"""

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from typing import Any, Protocol

from backend.domain.same_text import folded

WORDS = r"(?u)[\u3040-\u30ff\u3400-\u9fff]|(?:(?![\u3040-\u30ff\u3400-\u9fff])[^\W_])+"
"""Japanese and Chinese are not divided into words: each character counts as one, and with pairs of them that is enough
to tell texts apart."""

Embed = Callable[[str, Sequence[str]], Any]
"""Model and texts -> one vector each, of length 1, as the rows of an array; of NaN where it is not known."""


class SimilarityIndex(Protocol):
    """Texts in a form in which many others can be compared with all of them at once."""

    def similarities(self, texts: Sequence[str]) -> Any:
        """Array [text, text of the index] of cosines; a higher value is more similar."""


class WordIndex:
    """Compares texts by TF-IDF of words and pairs of words, with logarithmic counts."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._vectorizer, self.vectors = _vectors(texts)

    def similarities(self, texts: Sequence[str]) -> Any:
        return (self._vectorizer.transform(texts) @ self.vectors.T).toarray()


class EmbeddingIndex:
    """Compares texts by embeddings; those without one, and all if one of the index has none, by their words."""

    def __init__(self, texts: Sequence[str], model: str, embed: Embed) -> None:
        self._texts, self._model, self._embed = tuple(texts), model, embed
        self._vectors = embed(model, texts)

    def similarities(self, texts: Sequence[str]) -> Any:
        import numpy

        if numpy.isnan(self._vectors).any():
            return words_of(self._texts).similarities(texts)
        rows = self._embed(self._model, texts) @ self._vectors.T
        unknown = numpy.isnan(rows).any(axis=1)
        if unknown.any():
            rows[unknown] = words_of(self._texts).similarities([texts[i] for i in numpy.flatnonzero(unknown)])
        return rows


@lru_cache(maxsize=8)
def words_of(texts: tuple[str, ...]) -> WordIndex:
    """The index of these texts, cached because the server asks about one task at a time."""
    return WordIndex(texts)


@lru_cache(maxsize=8)
def embedded_of(texts: tuple[str, ...], model: str, embed: Embed) -> EmbeddingIndex:
    """The same for embeddings, which would otherwise be read from the database each time."""
    return EmbeddingIndex(texts, model, embed)


def nearest(similarities: Any, number: int, left_out: Sequence[Collection[int]]) -> list[list[int]]:
    """For each row the columns of its `number` highest values, ascending, without those in `left_out`.

    Of equal values the first column counts.
    """
    import numpy

    chosen = []
    for row, out in zip(similarities, left_out, strict=True):
        order = numpy.argsort(-row, kind="stable")[: number + len(out)].tolist()
        chosen.append(sorted([index for index in order if index not in out][:number]))
    return chosen


def far_apart(texts: Sequence[str], number: int) -> list[int]:
    """Indices of `number` texts, ascending, each the most typical of one cluster (k-means over TF-IDF)."""
    from sklearn.cluster import KMeans

    vectors = WordIndex(texts).vectors
    distinct = len({folded(text) for text in texts})
    clusters = KMeans(n_clusters=min(number, distinct), n_init=4, random_state=0).fit(vectors)
    typical: dict[int, int] = {}
    distances = clusters.transform(vectors)
    for index in sorted(range(len(texts)), key=lambda index: distances[index, clusters.labels_[index]]):
        typical.setdefault(int(clusters.labels_[index]), index)
    rest = [index for index in range(len(texts)) if index not in typical.values()]
    return sorted([*typical.values(), *rest][:number])


def _vectors(texts: Sequence[str]) -> Any:
    from numpy import float32
    from sklearn.feature_extraction.text import TfidfVectorizer

    by_words = {"token_pattern": WORDS, "ngram_range": (1, 2), "sublinear_tf": True}
    vectorizer = TfidfVectorizer(preprocessor=folded, dtype=float32, **by_words)
    try:
        return vectorizer, vectorizer.fit_transform(texts)
    except ValueError:  # not one word in any of them
        vectorizer = TfidfVectorizer(analyzer="char", dtype=float32)
        return vectorizer, vectorizer.fit_transform([text or " " for text in texts])
