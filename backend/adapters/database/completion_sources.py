"""Completion sources: the projects whose tasks a stored answer was about. For the answers of a run, the tasks of the
run say this; here it is stored for all other answers.

With it a project can be deleted completely. These functions are parts of other repositories' transactions.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from backend.adapters.database.payers import paid_in
from backend.adapters.database.tables import asks, completions, payers, runs, samples, sources

REQUESTED = (asks.c.digest, asks.c.then_digest)
"""The requests for a task: a cascade has two."""


def note(connection: sa.Connection, insert: Any, project: int, digests: Iterable[str]) -> None:
    """Notes that these requests were about a project's tasks."""
    rows = [{"digest": digest, "project": project} for digest in sorted(set(digests))]
    if rows:
        connection.execute(insert(sources).on_conflict_do_nothing(), rows)


def keep(connection: sa.Connection, insert: Any, which: Any) -> None:
    """Notes it for all requests of the runs that meet `which`, which are about to be deleted."""
    theirs = sa.select(completions.c.digest, runs.c.project).join(payers, payers.c.id == completions.c.payer)
    paid = theirs.join(runs, runs.c.id == payers.c.run_id).where(which)
    for query in (*requested(which, runs.c.project), paid):
        connection.execute(insert(sources).from_select(["digest", "project"], query).on_conflict_do_nothing())


def answers_of(project: int) -> Any:
    """The condition for completions that are about this project's tasks and no other's."""
    paid = paid_in(payers.c.run_id.in_(sa.select(runs.c.id).where(runs.c.project == project)))
    theirs = sa.union(paid, *_digests(runs.c.project == project, sources.c.project == project))
    others = sa.union(*_digests(runs.c.project != project, sources.c.project != project))
    return sa.and_(completions.c.digest.in_(theirs), not_among(completions.c.digest, others))


def not_among(column: sa.Column[Any], values: Any) -> Any:
    """The condition for values of a column that a query does not give. `values`: the query, of one column.

    PostgreSQL reads the whole list of a NOT IN again for each row as soon as the list is too long for its memory.
    """
    listed = values.subquery()
    return ~sa.exists().where(listed.c[0] == column).correlate(column.table)


def _digests(in_runs: Any, outside: Any) -> Iterator[Any]:
    yield from requested(in_runs)
    yield sa.select(sources.c.digest).where(outside)


def requested(which: Any, *beside: Any) -> Iterator[Any]:
    """The digests of the requests of runs, and of their repetitions, with other columns beside them."""
    for digest in REQUESTED:
        yield sa.select(digest, *beside).join_from(asks, runs).where(which, digest.is_not(None))
        same = samples.c.request == digest
        yield sa.select(samples.c.digest, *beside).join_from(samples, asks, same).join(runs).where(which)
