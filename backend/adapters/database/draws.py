"""Draws: how far the random order of each project's tasks was drawn."""

import sqlalchemy as sa

from backend.adapters.database.repository import Repository
from backend.adapters.database.retry import retried
from backend.adapters.database.tables import draws
from backend.domain.dataset.draw import Draw


class DrawStore(Repository):
    """See Repository."""

    @retried
    def of(self, project: int) -> Draw | None:
        with self._engine.connect() as connection:
            last = connection.execute(sa.select(draws.c.last).where(draws.c.project == project)).scalar()
        return None if last is None else Draw(project, last)

    @retried
    def save(self, draw: Draw) -> None:
        """Replaces that of the project, unless that went further."""
        row = self._insert(draws).values(project=draw.project, last=draw.last)
        further = draws.c.last < draw.last
        with self._engine.begin() as connection:
            connection.execute(
                row.on_conflict_do_update(index_elements=["project"], set_={"last": draw.last}, where=further)
            )
