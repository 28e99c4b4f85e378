"""Draws: how far the random order of each project's tasks was drawn, and chances of the tasks of active draws."""

import sqlalchemy as sa

from backend.adapters.database.repository import Repository
from backend.adapters.database.retry import retried
from backend.adapters.database.tables import draw_chances, draws
from backend.domain.dataset.draw import Draw


class DrawStore(Repository):
    """See Repository."""

    @retried
    def of(self, project: int) -> Draw | None:
        of_project = sa.select(draw_chances.c.task, draw_chances.c.chance).where(draw_chances.c.project == project)
        with self._engine.connect() as connection:
            last = connection.execute(sa.select(draws.c.last).where(draws.c.project == project)).scalar()
            if last is None:
                return None
            return Draw(project, last, {row.task: row.chance for row in connection.execute(of_project)})

    @retried
    def save(self, draw: Draw) -> None:
        """Replaces that of the project, unless that went further; a chance never becomes lower."""
        row = self._insert(draws).values(project=draw.project, last=draw.last)
        further = draws.c.last < draw.last
        with self._engine.begin() as connection:
            connection.execute(
                row.on_conflict_do_update(index_elements=["project"], set_={"last": draw.last}, where=further)
            )
            if draw.chances:
                self._save_chances(connection, draw)

    def _save_chances(self, connection: sa.Connection, draw: Draw) -> None:
        row = self._insert(draw_chances)
        higher = row.on_conflict_do_update(
            index_elements=["project", "task"],
            set_={"chance": row.excluded.chance},
            where=draw_chances.c.chance < row.excluded.chance,
        )
        chances = draw.chances.items()
        rows = [{"project": draw.project, "task": task, "chance": chance} for task, chance in chances]
        connection.execute(higher, rows)
