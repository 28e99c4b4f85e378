"""Which predictions are ours: the secret of their marks, and our predictions without a mark."""

from collections.abc import Collection

import sqlalchemy as sa

from backend.adapters.database.repository import Repository
from backend.adapters.database.retry import retried
from backend.adapters.database.tables import asks, connections, installation, runs, unmarked
from backend.domain.predictions.marks import Marker


class OwnershipStore(Repository):
    """See Repository."""

    @retried
    def marker(self) -> Marker:
        with self._engine.connect() as connection:
            return Marker(connection.execute(sa.select(installation.c.secret)).scalar_one())

    @retried
    def note(self, project: int, version: str, tasks: Collection[int]) -> None:
        """Notes predictions without a place for a mark, before they are sent."""
        rows = [{"project": project, "version": version, "task_id": task} for task in tasks]
        if not rows:
            return
        with self._engine.begin() as connection:
            connection.execute(self._insert(unmarked).on_conflict_do_nothing(), rows)

    @retried
    def noted(self, project: int, version: str) -> set[int]:
        """Tasks whose prediction of a version, without a region, is ours."""
        condition = sa.and_(unmarked.c.project == project, unmarked.c.version == version)
        with self._engine.connect() as connection:
            return set(connection.execute(sa.select(unmarked.c.task_id).where(condition)).scalars())

    @retried
    def pushed_unmarked(self, tag: str) -> set[int]:
        """Tasks of runs that pushed a version before there were marks."""
        then = sa.and_(
            runs.c.tag == tag, runs.c.push, runs.c.created < sa.select(installation.c.since).scalar_subquery()
        )
        query = sa.select(asks.c.task_id).join_from(asks, runs).where(then).distinct()
        with self._engine.connect() as connection:
            return set(connection.execute(query).scalars())

    @retried
    def served_unmarked(self, project: int) -> str | None:
        """Tag of the version whose predictions the server gave before there were marks."""
        query = sa.select(connections.c.in_use_unmarked).where(connections.c.project == project)
        with self._engine.connect() as connection:
            return connection.execute(query).scalar()
