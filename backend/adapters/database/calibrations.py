"""Calibrations: the calibrators of each version."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from backend.adapters.database.prompts import now
from backend.adapters.database.repository import Repository
from backend.adapters.database.retry import retried
from backend.adapters.database.tables import calibrations, prompts
from backend.domain.calibration.calibrators import CONFIDENCE_RULE, RAW, Calibrators
from backend.domain.prompts.version import PromptVersion


@dataclass(frozen=True, slots=True)
class StoredCalibration:
    """The calibrators of a version.

    tasks: how many they were fitted on
    created: UTC, ISO 8601
    older: whether the version's confidence is computed by another rule since, so that they do not fit it
    """

    calibrators: Calibrators
    tasks: int
    created: str
    older: bool = False

    @property
    def applied(self) -> Calibrators:
        """Those that scores are calibrated with."""
        return RAW if self.older else self.calibrators


class CalibrationStore(Repository):
    """See Repository."""

    @retried
    def of(self, version: PromptVersion) -> StoredCalibration | None:
        """The calibration that is stored with a version; None without one."""
        query = sa.select(calibrations).join_from(calibrations, prompts).where(*_mine(version))
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        calibrators = Calibrators.read(row.calibrators)
        older = version.logprobs and calibrators.rule < CONFIDENCE_RULE
        return StoredCalibration(calibrators, row.tasks, row.created, older)

    @retried
    def save(self, version: PromptVersion, calibrators: Calibrators, tasks: int) -> None:
        """Replaces an earlier one."""
        values = {"calibrators": calibrators.to_json(), "tasks": tasks, "created": now()}
        with self._engine.begin() as connection:
            prompt = connection.execute(sa.select(prompts.c.id).where(prompts.c.name == version.name)).scalar_one()
            row = self._insert(calibrations).values(prompt_id=prompt, number=version.number, **values)
            connection.execute(row.on_conflict_do_update(index_elements=["prompt_id", "number"], set_=values))

    @retried
    def remove(self, version: PromptVersion) -> bool:
        """False if there was none."""
        prompt = sa.select(prompts.c.id).where(prompts.c.name == version.name).scalar_subquery()
        condition = sa.and_(calibrations.c.prompt_id == prompt, calibrations.c.number == version.number)
        with self._engine.begin() as connection:
            return connection.execute(calibrations.delete().where(condition)).rowcount == 1


def _mine(version: PromptVersion) -> tuple[Any, ...]:
    return prompts.c.name == version.name, calibrations.c.number == version.number
