"""Repository of the integers by which the API knows connections, and of what callers said about each connection."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from backend.adapters.database.authors import author_row
from backend.adapters.database.prompts import now
from backend.adapters.database.repository import Repository
from backend.adapters.database.retry import retried
from backend.adapters.database.tables import connection_ids
from backend.domain.connections.connection import RESERVED
from backend.domain.person import Person


@dataclass(frozen=True, slots=True)
class ConnectionId:
    """The API's integer for a connection.

    api_fields: what the API was told of it beyond its address and key
    updated: UTC, ISO 8601; None for those of the environment
    user_id, user_email: who made it; None where that is not known
    """

    id: int
    name: str
    api_fields: Mapping[str, Any]
    updated: str | None
    user_id: int | None
    user_email: str | None


class ConnectionIdStore(Repository):
    """A number is given once, also when its connection was removed; those of the environment come first."""

    @retried
    def by_name(self) -> dict[str, ConnectionId]:
        """Those of all connections, also of the environment's."""
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(connection_ids)).all()
        environment = {name: ConnectionId(i, name, {}, None, None, None) for i, name in enumerate(RESERVED, 1)}
        return environment | {row.name: _connection_id(row) for row in rows}

    @retried
    def note(self, name: str, api_fields: Mapping[str, Any], author: Person | None) -> None:
        """Writes down what the API was told of a connection; `author`: who made it, None if it was there before."""
        values: dict[str, Any] = {"told": dict(api_fields), "updated": now()}
        if author is not None:
            values |= author_row(author)
        statement = connection_ids.update().where(connection_ids.c.name == name).values(values)
        with self._engine.begin() as connection:
            connection.execute(statement)


def _connection_id(row: Any) -> ConnectionId:
    columns = dict(row._mapping)
    api_fields = columns.pop("told") or {}
    return ConnectionId(**columns | {"id": row.id + len(RESERVED), "api_fields": api_fields})
