"""Payers: the run that asked for completions, their model and connection, and the month.

What hundreds of thousands of completions share is stored once, and each of them names it by a number.
"""

from typing import Any, NamedTuple

import sqlalchemy as sa

from backend.adapters.database.tables import completions, payers


class Payer(NamedTuple):
    """run_id: None outside of runs
    month: YYYY-MM (UTC), of those who asked through a stored connection
    """

    run_id: str | None
    model: str
    connection: str
    month: str | None = None


class Payers:
    """Their numbers, remembered. Two processes may note the same payer twice, which changes no sum."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._numbers: dict[Payer, int] = {}

    def number(self, payer: Payer) -> int:
        """In a transaction of its own where it is new, so not to be called inside of another one."""
        if payer not in self._numbers:
            with self._engine.begin() as connection:
                number = _noted(connection, payer) or _add(connection, payer)
            self._numbers[payer] = number  # only now: a commit that fails takes the row back
        return self._numbers[payer]


def paid_by(condition: Any) -> Any:
    """The condition for completions whose payers meet this one."""
    return completions.c.payer.in_(sa.select(payers.c.id).where(condition))


def paid_in(condition: Any) -> Any:
    """The digests of completions whose payers meet this condition."""
    return sa.select(completions.c.digest).join(payers, payers.c.id == completions.c.payer).where(condition)


def _noted(connection: sa.Connection, payer: Payer) -> int | None:
    same = [column.is_not_distinct_from(payer._asdict()[column.name]) for column in payers.c if column.name != "id"]
    return connection.execute(sa.select(payers.c.id).where(*same).limit(1)).scalar()


def _add(connection: sa.Connection, payer: Payer) -> int:
    return int(connection.execute(payers.insert().values(payer._asdict()).returning(payers.c.id)).scalar_one())
