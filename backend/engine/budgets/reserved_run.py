"""A run for which money of a day, or of a month, is reserved: in full until it has ended, then what it did cost."""

import secrets
from collections.abc import Callable

from backend.adapters.database.budgets.period_ledger import START_S, PeriodLedger
from backend.adapters.periodic_thread import PeriodicThread
from backend.domain.runs.run import Run


def start_reserved(ledger: PeriodLedger, usd: float, start: Callable[[float], Run]) -> Run | None:
    """The run that `start` makes with this budget; None, and nothing is made, where less is left or `usd` is 0.

    start: makes a run, or takes one up again, and leaves the work to its caller: what was reserved for a run that does
        not come to be is free again
    """
    holder = secrets.token_hex(8)
    if usd <= 0 or not ledger.hold_start(holder, usd):
        return None
    try:
        with PeriodicThread("reservation", START_S / 3, lambda: ledger.renew(holder)):
            run = start(usd)
    except BaseException:
        ledger.keep(holder, 0.0)
        raise
    ledger.transfer(holder, run.id, run.budget)
    return run
