"""Repository of embeddings. Each is stored before it is used, so it is never paid for twice."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from backend.adapters.database.engine import CHUNK
from backend.adapters.database.repository import Repository
from backend.adapters.database.retry import retried
from backend.adapters.database.tables import embeddings


class EmbeddingStore(Repository):
    """See Repository."""

    @retried
    def vectors(self, digests: Sequence[str]) -> dict[str, bytes]:
        """The stored vectors, by digest."""
        by_digest: dict[str, bytes] = {}
        with self._engine.connect() as connection:
            for start in range(0, len(digests), CHUNK):
                chunk = embeddings.c.digest.in_(digests[start : start + CHUNK])
                by_digest |= {row.digest: row.vector for row in connection.execute(sa.select(embeddings).where(chunk))}
        return by_digest

    @retried
    def add(self, vectors: Mapping[str, bytes]) -> None:
        """Existing vectors stay as they are."""
        rows = [{"digest": digest, "vector": vector} for digest, vector in sorted(vectors.items())]
        with self._engine.begin() as connection:
            connection.execute(self._insert(embeddings).on_conflict_do_nothing(), rows)
