"""Looks at the ground truths that judge rewrites, see `domain.optimize.looks`. They are kept in their order."""

import sqlalchemy as sa

from backend.adapters.database.repository import Repository
from backend.adapters.database.retry import retried
from backend.adapters.database.tables import looks, names
from backend.domain.optimize.looks import Look


class LookStore(Repository):
    """See Repository."""

    @retried
    def of(self, prompt: str) -> list[Look]:
        """Those at a prompt's ground truths, oldest first."""
        query = sa.select(looks.c.content, looks.c.tasks).where(looks.c.prompt_id == _id(prompt).scalar_subquery())
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(looks.c.id))
            return [Look(row.content, frozenset(row.tasks)) for row in rows]

    def note(self, prompt: str, look: Look) -> None:
        """Once for each prompt and set of ground truths."""
        if look not in self.of(prompt):
            self._add(prompt, look)

    @retried
    def _add(self, prompt: str, look: Look) -> None:
        with self._engine.begin() as connection:
            found = connection.execute(_id(prompt)).scalar()
            if found is not None:
                connection.execute(
                    looks.insert().values(prompt_id=found, content=look.content, tasks=sorted(look.tasks))
                )


def _id(prompt: str) -> sa.Select[tuple[int]]:
    return sa.select(names.c.prompt_id).where(names.c.name == prompt)
