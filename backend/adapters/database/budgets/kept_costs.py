"""Kept costs: what was paid within a day or a month that is not over, after the answers themselves are deleted.

Limits derive what is spent from the stored answers. So when an answer is deleted, its payment stays, without the text.
These functions are parts of other repositories' transactions.
"""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from backend.adapters.database.budgets.budget_ledger import PAID, SIZE
from backend.adapters.database.tables import completions, day_holds, keep_up_runs, payers, payments, runs


def keep(connection: sa.Connection, going: Any) -> None:
    """Notes a payment for each completion that meets `going`, and is about to be deleted, where a limit counts it."""
    holder = sa.case((_of_period(payers.c.run_id), payers.c.run_id), else_=_month_payer())
    _note(connection, holder, payers.c.month, going & (_of_period(payers.c.run_id) | (payers.c.month == _month())))


def unname(connection: sa.Connection, run_ids: Any) -> None:
    """Takes the names of these runs out of the payers of the answers that stay."""
    theirs = payers.c.run_id.in_(run_ids)
    _note(connection, payers.c.run_id, sa.null(), theirs & _of_period(payers.c.run_id))
    connection.execute(payers.update().where(theirs).values(run_id=None))


def unneeded(run_ids: Any) -> Any:
    """The condition for payments of these runs, and of those that are gone, which no limit counts any more."""
    theirs = payments.c.run_id.in_(run_ids) | ~sa.exists().where(runs.c.id == payments.c.run_id)
    this_month = sa.func.coalesce(payments.c.month, "") == _month()
    return theirs & sa.not_(_of_period(payments.c.run_id)) & sa.not_(this_month)


def _note(connection: sa.Connection, holder: Any, month: Any, which: Any) -> None:
    sizes = [payers.c.model, payers.c.connection, *(completions.c[name] for name in SIZE[2:])]
    query = sa.select(holder, month, *sizes).select_from(PAID).where(which)
    connection.execute(payments.insert().from_select(["run_id", "month", *SIZE], query))


def _of_period(name: sa.Column[Any]) -> Any:
    """The condition for the names of those whose costs count in this day or month, see `period_ledger` and
    `keep_ups`."""
    now = datetime.now(UTC)
    day, month = f"{now:%Y-%m-%d}", f"{now:%y%m}:%"
    held = sa.select(day_holds.c.holder).where((day_holds.c.day == day) | day_holds.c.day.like(month))
    keep_up = sa.select(keep_up_runs.c.run_id).where(keep_up_runs.c.day == day)
    return sa.func.coalesce(
        name.in_(held) | name.in_(keep_up) | (name == f"day:{day}") | name.like(f"day:{month}"), sa.false()
    )


def _month() -> str:
    return f"{datetime.now(UTC):%Y-%m}"


def _month_payer() -> Any:
    """As `connection_ledger` names who pays for what belongs to no run."""
    return sa.literal("month:") + payers.c.month
