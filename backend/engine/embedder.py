"""Embedder: returns the vectors of texts. Each vector is asked for once, and is stored before it is used."""

import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from backend.domain.hashing import digest
from backend.engine.paid_completions import WaitingCompletions
from backend.errors import ProviderError, StoreAwayError

AT_ONCE = 100
"""Texts of one request."""
MOST_CHARACTERS = 8_000
"""Of a text; what is longer is cut, since models take some 8,000 tokens and a token may be a single character."""


class EmbeddingsClient(Protocol):
    def vectors(self, model: str, texts: Sequence[str]) -> list[bytes]: ...


class StoredEmbeddings(Protocol):
    def vectors(self, digests: Sequence[str]) -> dict[str, bytes]: ...

    def add(self, vectors: dict[str, bytes]) -> None: ...


class Embedder:
    """Implements `domain.few_shot.similarity.Embed`.

    make_api: is called when something has to be asked; None where nothing may be asked
    """

    def __init__(
        self, stored: StoredEmbeddings, make_api: Callable[[], EmbeddingsClient] | None, base_url: str
    ) -> None:
        self._stored = stored
        self._make_api = make_api
        self._base_url = base_url
        self._sizes: dict[str, int] = {}

    def __call__(self, model: str, texts: Sequence[str]) -> Any:
        """An array with a row of length 1 per text; of NaN for a text that is not stored and may not be asked about.
        Raises ProviderError or StoreError."""
        import numpy

        names = [digest([self._base_url, model, text[:MOST_CHARACTERS]]) for text in texts]
        by_name = dict(zip(names, (text[:MOST_CHARACTERS] for text in texts), strict=True))
        vectors = self._stored.vectors(list(by_name))
        self._check(model, vectors)
        vectors |= self._request(model, {name: text for name, text in by_name.items() if name not in vectors})
        unknown = numpy.full(self._sizes.get(model, 4) // 4, numpy.nan, "<f4").tobytes()
        rows = numpy.stack([numpy.frombuffer(vectors.get(name, unknown), dtype="<f4") for name in names])
        return rows / numpy.maximum(numpy.linalg.norm(rows, axis=1, keepdims=True), 1e-12)

    def _request(self, model: str, missing: dict[str, str]) -> dict[str, bytes]:
        if not missing or self._make_api is None:
            return {}
        by_name: dict[str, bytes] = {}
        names, api = list(missing), self._make_api()
        for start in range(0, len(names), AT_ONCE):
            some = names[start : start + AT_ONCE]
            vectors = dict(zip(some, api.vectors(model, [missing[name] for name in some]), strict=True))
            self._check(model, vectors)
            self._keep(vectors)
            by_name |= vectors
        return by_name

    def _keep(self, vectors: dict[str, bytes]) -> None:
        waiting = WaitingCompletions("embeddings", len(vectors))
        while True:
            try:
                return self._stored.add(vectors)
            except StoreAwayError as error:
                time.sleep(waiting.pause(error))

    def _check(self, model: str, vectors: dict[str, bytes]) -> None:
        """Raises ProviderError for a vector of another size than the first: the name now means another model."""
        for vector in vectors.values():
            if len(vector) != self._sizes.setdefault(model, len(vector)):
                raise ProviderError(
                    f"Embeddings by '{model}' have another size than earlier ones, so texts cannot be compared: "
                    "save the prompt with another embedding model."
                )
