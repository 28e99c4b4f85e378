"""What canaries found of each version. Their answers are completions of their own."""

import sqlalchemy as sa

from backend.adapters.database.prompts import now
from backend.adapters.database.repository import Repository
from backend.adapters.database.retry import retried
from backend.adapters.database.tables import canaries, names
from backend.domain.canary import Canary, StoredCanary
from backend.domain.prompts.version import PromptVersion


class CanaryStore(Repository):
    """See Repository."""

    @retried
    def add(self, version: PromptVersion, canary: Canary) -> None:
        prompt = sa.select(names.c.prompt_id).where(names.c.name == version.name).scalar_subquery()
        counts = {name: getattr(canary, name) for name in Canary.__slots__}
        row = {"prompt_id": prompt, "number": version.number, "asked": now(), **counts}
        with self._engine.begin() as connection:
            connection.execute(canaries.insert().values(row))

    @retried
    def newest(self, version: PromptVersion) -> StoredCanary | None:
        """Of this version; None if there was no canary."""
        prompt = sa.select(names.c.prompt_id).where(names.c.name == version.name).scalar_subquery()
        query = sa.select(canaries).where(canaries.c.prompt_id == prompt, canaries.c.number == version.number)
        with self._engine.connect() as connection:
            row = connection.execute(query.order_by(canaries.c.id.desc()).limit(1)).first()
        return None if row is None else StoredCanary(row.asked, Canary(row.requests, row.changed, row.odd, row.others))
