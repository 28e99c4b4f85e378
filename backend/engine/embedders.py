"""Embedders: makes embeddings through the connection that a reference names, `connection/model`."""

from collections.abc import Callable, Container, Sequence
from typing import Any

from backend.domain.connections.connection import read_reference
from backend.domain.few_shot.similarity import Embed


class Embedders:
    """Implements `domain.few_shot.similarity.Embed`.

    make: connection and its base URL -> who makes embeddings there
    address: name of a connection -> base URL; raises SettingsError if it is not there
    names: of the stored connections
    """

    def __init__(
        self, make: Callable[[str, str], Embed], address: Callable[[str], str], names: Callable[[], Container[str]]
    ) -> None:
        self._make = make
        self._address = address
        self._names = names
        self._embed_of: dict[tuple[str, str], Embed] = {}

    def __call__(self, reference: str, texts: Sequence[str]) -> Any:
        """An array with a row of length 1 per text. Raises ProviderError, SettingsError or StoreError."""
        connection, model = read_reference(reference, self._names())
        key = connection, self._address(connection)
        if key not in self._embed_of:
            self._embed_of[key] = self._make(*key)
        return self._embed_of[key](model, texts)
