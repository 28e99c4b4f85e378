"""Deletes one version of a prompt. Its number is not used again: a tag never means two versions."""

from collections.abc import Sequence

import sqlalchemy as sa

from backend.adapters.database import completion_sources as sources
from backend.adapters.database.prompt_names import refuse_in_use, under_way
from backend.adapters.database.repository import Repository
from backend.adapters.database.retry import retried
from backend.adapters.database.tables import calibrations, connections, names, prompts, runs, version_ids, versions
from backend.advice import Advice
from backend.errors import PromptError


class DeletionStore(Repository):
    """See Repository."""

    @retried
    def check(self, tags: Sequence[str]) -> None:
        """Raises PromptError while one of these versions is in use, or a run of one has not ended."""
        with self._engine.connect() as connection:
            _check(connection, tags)

    @retried
    def delete(self, name: str, number: int) -> None:
        """Deletes a version with its runs and its calibration. Completions stay, because they were paid for.

        Raises PromptError as `check` does.
        """
        tag = f"{name}@{number}"
        with self._engine.begin() as connection:
            _check(connection, [tag])
            prompt = sa.select(prompts.c.id).where(prompts.c.name == name).scalar_subquery()
            highest = sa.case((names.c.highest < number, number), else_=names.c.highest)
            connection.execute(names.update().where(names.c.prompt_id == prompt).values(highest=highest))
            sources.keep(connection, self._insert, runs.c.tag == tag)
            connection.execute(runs.delete().where(runs.c.tag == tag))
            for table in (calibrations, version_ids, versions):
                connection.execute(table.delete().where(table.c.prompt_id == prompt, table.c.number == number))


def _check(connection: sa.Connection, tags: Sequence[str]) -> None:
    refuse_in_use(connection, connections.c.in_use.in_(tags))
    run = under_way(connection, runs.c.tag.in_(tags))
    if run is not None:
        raise PromptError(
            f"Run {run.id} of {run.tag} has not ended, so that version cannot be deleted:",
            Advice.WAIT_OR_CANCEL,
            run=run.id,
        )
