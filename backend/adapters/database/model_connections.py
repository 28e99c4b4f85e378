"""Connections to models' servers, by name. Their keys are stored encrypted, and never decrypted here."""

from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from backend.adapters.database.prompts import now
from backend.adapters.database.repository import Repository
from backend.adapters.database.retry import retried
from backend.adapters.database.tables import connection_ids, model_connections
from backend.domain.connections.connection import StoredConnection


class ModelConnectionStore(Repository):
    """See Repository."""

    @retried
    def all(self) -> list[StoredConnection]:
        """By name."""
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(model_connections).order_by(model_connections.c.name)).all()
        return [_connection(row) for row in rows]

    @retried
    def get(self, name: str) -> StoredConnection | None:
        """None if there is none of this name."""
        query = sa.select(model_connections).where(model_connections.c.name == name)
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        return None if row is None else _connection(row)

    @retried
    def save(self, stored: StoredConnection) -> None:
        """Adds it, or replaces the one of its name, whose date stays."""
        values = asdict(stored)
        row = self._insert(model_connections).values(values | {"created": now()})
        changed = {name: value for name, value in values.items() if name not in ("name", "created")}
        number = self._insert(connection_ids).values(name=stored.name, updated=now())
        with self._engine.begin() as connection:
            connection.execute(number.on_conflict_do_update(index_elements=["name"], set_={"updated": now()}))
            connection.execute(row.on_conflict_do_update(index_elements=["name"], set_=changed))

    @retried
    def add(self, stored: StoredConnection) -> bool:
        """False, and nothing is changed, if there is one of its name."""
        row = self._insert(model_connections).values(asdict(stored) | {"created": now()}).on_conflict_do_nothing()
        number = self._insert(connection_ids).values(name=stored.name, updated=now())
        with self._engine.begin() as connection:
            added = connection.execute(row).rowcount == 1
            if added:
                connection.execute(number.on_conflict_do_update(index_elements=["name"], set_={"updated": now()}))
        return added

    @retried
    def remove(self, name: str) -> bool:
        """False if there was none."""
        with self._engine.begin() as connection:
            connection.execute(connection_ids.delete().where(connection_ids.c.name == name))
            statement = model_connections.delete().where(model_connections.c.name == name)
            return connection.execute(statement).rowcount == 1


def _connection(row: Any) -> StoredConnection:
    return StoredConnection(**row._mapping)
