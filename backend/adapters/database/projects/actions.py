"""Repository of what people did in Label Studio with the predictions of versions."""

import sqlalchemy as sa

from backend.adapters.database.authors import author_row
from backend.adapters.database.prompts import now
from backend.adapters.database.repository import Repository
from backend.adapters.database.retry import retried
from backend.adapters.database.tables import actions, prompts
from backend.domain.action import Action, Kind
from backend.domain.person import Person
from backend.domain.prompts.version import PromptVersion


class ActionStore(Repository):
    """See Repository."""

    @retried
    def add(self, version: PromptVersion, kind: Kind, count: int, author: Person) -> None:
        """Notes that it was done, now."""
        owner = sa.select(prompts.c.id).where(prompts.c.name == version.name).scalar_subquery()
        row = {"number": version.number, "kind": kind, "count": count, "created": now()}
        with self._engine.begin() as connection:
            connection.execute(actions.insert().values(prompt_id=owner, **row, **author_row(author)))

    @retried
    def all(self) -> list[Action]:
        """Of all versions that exist, newest first."""
        query = (
            sa.select(actions, actions.c.count.label("affected"), prompts.c.name)
            .join_from(actions, prompts)
            .order_by(actions.c.id.desc())
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return [
            Action(f"{row.name}@{row.number}", row.kind, row.affected, row.created, row.user_id, row.user_email)
            for row in rows
        ]
