"""Embeddings: stored once, found by their digests."""

from backend.adapters.database.embeddings import EmbeddingStore
from backend.adapters.database.prompts import Store


def test_what_is_stored_is_found_and_stays(store: Store) -> None:
    embeddings = EmbeddingStore(store)
    vectors = {f"{number:064x}": bytes([number % 256, 0, 255]) for number in range(1200)}
    embeddings.add(vectors)
    embeddings.add({f"{1:064x}": b"another"})
    assert embeddings.vectors([*vectors, "f" * 64]) == vectors
    assert embeddings.vectors([]) == {}
