"""Labelling configs with which versions were saved, and labels that were renamed in them."""

import sqlalchemy as sa

from backend.adapters.database.repository import Repository
from backend.adapters.database.retry import retried
from backend.adapters.database.tables import label_configs, relabelings
from backend.domain.hashing import digest


class ConfigStore(Repository):
    """Repository of labelling configs and of the labels renamed in them."""

    @retried
    def keep(self, schema_digest: str, text: str) -> None:
        """Stores a config's text under the digest of its LabelSchema, if there is none."""
        if self.text(schema_digest) is None:
            row = self._insert(label_configs).values(digest=schema_digest, text=text)
            with self._engine.begin() as connection:
                connection.execute(row.on_conflict_do_nothing())

    @retried
    def text(self, schema_digest: str) -> str | None:
        """The XML of a config with this digest; None if it is not stored."""
        query = sa.select(label_configs.c.text).where(label_configs.c.digest == schema_digest)
        with self._engine.connect() as connection:
            return connection.execute(query).scalar()

    @retried
    def renames(self, project: int) -> dict[str, dict[str, str]]:
        """Control -> former label -> the label that it became."""
        by_control: dict[str, dict[str, str]] = {}
        query = sa.select(relabelings).where(relabelings.c.project == project)
        with self._engine.connect() as connection:
            for row in connection.execute(query):
                by_control.setdefault(row.control, {})[row.former] = row.label
        return {control: dict(sorted(links.items())) for control, links in sorted(by_control.items())}

    @retried
    def rename(self, project: int, control: str, former: str, label: str) -> None:
        """Notes that a label became another one; a later note replaces an earlier one."""
        values = {"project": project, "control": control, "former": former, "label": label}
        row = self._insert(relabelings).values(id=_id(project, control, former), **values)
        with self._engine.begin() as connection:
            connection.execute(row.on_conflict_do_update(index_elements=["id"], set_={"label": label}))

    @retried
    def forget(self, project: int, control: str, former: str) -> bool:
        """Deletes a note; False if there was none."""
        with self._engine.begin() as connection:
            condition = relabelings.c.id == _id(project, control, former)
            return connection.execute(relabelings.delete().where(condition)).rowcount == 1


def _id(project: int, control: str, former: str) -> str:
    """Labels may be longer than PostgreSQL allows in an index."""
    return digest([project, control, former])
