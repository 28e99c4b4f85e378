"""Looks at the ground truths that judge rewrites, see `domain.optimize.looks`. They are kept in their order."""

from collections.abc import Collection

import sqlalchemy as sa

from backend.adapters.database.repository import Repository
from backend.adapters.database.retry import retried
from backend.adapters.database.tables import looks, names
from backend.domain.optimize.looks import Look, Winner


class LookStore(Repository):
    """See Repository."""

    @retried
    def of(self, prompt: str) -> list[Look]:
        """Those at a prompt's ground truths, oldest first."""
        query = sa.select(looks.c.content, looks.c.tasks).where(looks.c.prompt_id == _id(prompt).scalar_subquery())
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(looks.c.id))
            return [Look(row.content, frozenset(row.tasks)) for row in rows]

    @retried
    def winners(self, prompt: str) -> list[Winner]:
        """The versions that searches chose, oldest first."""
        query = sa.select(looks).where(looks.c.prompt_id == _id(prompt).scalar_subquery(), looks.c.won.is_not(None))
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(looks.c.id))
            return [Winner(row.won, frozenset(row.tasks) | frozenset(row.learnt)) for row in rows]

    @retried
    def won(self, prompt: str, look: Look, number: int, learnt: Collection[int]) -> None:
        """Notes that after this look, which `note` has noted, a search saved a version with that number.

        learnt: tasks of the ground truths that it learned from
        """
        mine = sa.and_(looks.c.prompt_id == _id(prompt).scalar_subquery(), looks.c.content == look.content)
        row = sa.and_(mine, looks.c.tasks == sorted(look.tasks))
        with self._engine.begin() as connection:
            connection.execute(looks.update().where(row).values(won=number, learnt=sorted(learnt)))

    def note(self, prompt: str, look: Look) -> None:
        """Once for each prompt and set of ground truths."""
        if look not in self.of(prompt):
            self._add(prompt, look)

    @retried
    def _add(self, prompt: str, look: Look) -> None:
        with self._engine.begin() as connection:
            look_id = connection.execute(_id(prompt)).scalar()
            if look_id is not None:
                connection.execute(
                    looks.insert().values(prompt_id=look_id, content=look.content, tasks=sorted(look.tasks))
                )


def _id(prompt: str) -> sa.Select[tuple[int]]:
    return sa.select(names.c.prompt_id).where(names.c.name == prompt)
