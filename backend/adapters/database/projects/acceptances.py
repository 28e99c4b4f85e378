"""Annotations that `annotate` created from predictions: which they are, and what they contained then."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from backend.adapters.database.engine import CHUNK
from backend.adapters.database.repository import Repository
from backend.adapters.database.retry import retried
from backend.adapters.database.tables import accepted, accepting


class Begun(NamedTuple):
    """Annotations of a version that are being created: those with ids above `after`."""

    version: str
    after: int


class AcceptanceStore(Repository):
    """See Repository. `version` is a tag."""

    @retried
    def begin(self, project: int, begun: Begun) -> None:
        """Notes that annotations are about to be created."""
        insert = self._insert(accepting).values(project=project, **begun._asdict())
        with self._engine.begin() as connection:
            connection.execute(insert.on_conflict_do_nothing())

    @retried
    def begun(self, project: int) -> list[Begun]:
        """The ones that have not been ended."""
        query = sa.select(accepting.c.version, accepting.c.after).where(accepting.c.project == project)
        with self._engine.connect() as connection:
            return [Begun(*row) for row in connection.execute(query)]

    @retried
    def note(self, project: int, version: str, seals: Mapping[int, str], ended: bool = True) -> None:
        """Notes the annotations that were created, by id. `ended`: whether no more are being created."""
        rows = [
            {"annotation": number, "project": project, "version": version, "seal": seal}
            for number, seal in seals.items()
        ]
        condition = sa.and_(accepting.c.project == project, accepting.c.version == version)
        with self._engine.begin() as connection:
            if rows:
                connection.execute(self._insert(accepted).on_conflict_do_nothing(), rows)
            if ended:
                connection.execute(accepting.delete().where(condition))

    @retried
    def seals(self, project: int, version: str) -> dict[int, str]:
        """The seals of a version's annotations when they were created, by id."""
        condition = sa.and_(accepted.c.project == project, accepted.c.version == version)
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(accepted.c.annotation, accepted.c.seal).where(condition))
            return {row.annotation: row.seal for row in rows}

    @retried
    def ids(self, project: int) -> frozenset[int]:
        """The annotations of all versions."""
        query = sa.select(accepted.c.annotation).where(accepted.c.project == project)
        with self._engine.connect() as connection:
            return frozenset(connection.execute(query).scalars())

    @retried
    def forget(self, annotations: Sequence[int]) -> None:
        """Deletes the notes of annotations that do not exist any more."""
        with self._engine.begin() as connection:
            for chunk in _chunks(annotations):
                connection.execute(accepted.delete().where(accepted.c.annotation.in_(chunk)))


def _chunks(numbers: Sequence[int]) -> Iterable[Sequence[int]]:
    return (numbers[start : start + CHUNK] for start in range(0, len(numbers), CHUNK))
