"""Asked models: the cost of answers that came under another model name than the one that was asked for.

A server may answer for `m` as `m-2026-05-01`, of which no price is known. Limits then count the highest price of the
models that are asked through the connection, so that such answers are never free.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from backend.adapters.database.tables import runs, versions
from backend.domain.connections.connection import TEACHER
from backend.domain.resolution.pricing import Pricing, priced_as


def priced_as_asked(connection: sa.Connection, pricing: Pricing) -> Pricing:
    """`pricing`, and for a name without a price the highest price of the models that versions and searches ask through
    that connection; of all, where it is none."""
    models_of = _models_by_connection(connection)
    everything = sorted(set().union(*models_of.values()))
    return lambda name, of: priced_as(pricing, *(models_of.get(of) or everything))(name, of)


def _models_by_connection(connection: sa.Connection) -> defaultdict[str, set[str]]:
    """Models by connection, as they are now."""
    models = defaultdict[str, set[str]](set)
    for of, model in connection.execute(sa.select(versions.c.connection, versions.c.model).distinct()):
        models[of].add(model)
    for cascade in _noted(connection, versions.c.cascade):
        models[cascade["connection"]].add(cascade["model"])
    for search in _noted(connection, runs.c.search):
        of, slash, model = search["teacher"].partition("/")
        models[TEACHER].add(search["teacher"])
        models[of].update([model] if slash else [])
    return models


def _noted(connection: sa.Connection, column: sa.Column[Any]) -> Iterator[dict[str, Any]]:
    """Its values, without those of rows that have none."""
    rows = connection.execute(sa.select(column).where(column.is_not(None)).distinct())
    yield from filter(None, rows.scalars())
