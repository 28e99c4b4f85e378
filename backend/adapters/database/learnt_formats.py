"""What models refused (`domain.connections.learnt_format`), by the address of their server and what was known of it."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from backend.adapters.database.prompts import now
from backend.adapters.database.repository import Repository
from backend.adapters.database.retry import retried
from backend.adapters.database.tables import learnt_formats
from backend.domain.connections.learnt_format import KEPT_DAYS, LearntFormat

KEY = ["address", "profile", "model"]


class LearntFormatStore(Repository):
    """See Repository."""

    @retried
    def of(self, address: str, profile: str) -> list[LearntFormat]:
        """Those of the last KEPT_DAYS, by model."""
        table = learnt_formats.c
        condition = sa.and_(table.address == address, table.profile == profile, table.learnt > _before(KEPT_DAYS))
        query = sa.select(learnt_formats).where(condition).order_by(table.model)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return [_learnt(row.model, row.form, row.learnt) for row in rows]

    @retried
    def note(self, address: str, profile: str, learnt: LearntFormat) -> None:
        """In place of what was learnt of the model before."""
        form = {name: value for name, value in asdict(learnt).items() if name not in ("model", "learnt")}
        values = {"form": form, "learnt": now()}
        row = self._insert(learnt_formats).values(address=address, profile=profile, model=learnt.model, **values)
        with self._engine.begin() as connection:
            connection.execute(row.on_conflict_do_update(index_elements=KEY, set_=values))

    @retried
    def forget(self, address: str, profile: str, model: str) -> None:
        """What was learnt of a model."""
        table = learnt_formats.c
        condition = sa.and_(table.address == address, table.profile == profile, table.model == model)
        with self._engine.begin() as connection:
            connection.execute(learnt_formats.delete().where(condition))


def _before(days: int) -> str:
    """UTC, ISO 8601."""
    return (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="seconds")


def _learnt(model: str, form: dict[str, Any], learnt: str) -> LearntFormat:
    return LearntFormat(model, learnt=learnt, **form | {"left_out": tuple(form["left_out"])})
