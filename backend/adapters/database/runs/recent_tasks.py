"""Recent tasks: what a run under way has answered last."""

import sqlalchemy as sa

from backend.adapters.database.repository import Repository
from backend.adapters.database.retry import retried
from backend.adapters.database.runs.run_tasks import RunTask, run_task
from backend.adapters.database.tables import asks, completions


class RecentTaskStore(Repository):
    """See Repository."""

    @retried
    def of_run(self, run_id: str, most: int) -> list[RunTask]:
        """The last `most` tasks of a run that have an answer or a Failure, the highest id first: runs go through their
        tasks by id."""
        answered = sa.exists().where(completions.c.digest == asks.c.digest)
        came = sa.or_(answered, asks.c.failure.is_not(None))
        query = sa.select(asks).where(asks.c.run_id == run_id, came).order_by(asks.c.task_id.desc()).limit(most)
        with self._engine.connect() as connection:
            return [run_task(row) for row in connection.execute(query)]
