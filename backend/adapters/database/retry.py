"""How long a database that went away is waited for, and what is said when it stays away."""

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, Protocol, TypeVar, cast

from sqlalchemy.exc import SQLAlchemyError

from backend.adapters.database.engine import cause, may_pass
from backend.errors import StoreAwayError, StoreError

P = ParamSpec("P")
T = TypeVar("T")
AGAIN_S = 0.5


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """`patience_s`: seconds for which the same transaction is tried again."""

    patience_s: float


AT_ONCE = RetryPolicy(0.0)
"""For those whose callers wait seconds: the server, and commands."""
PATIENT = RetryPolicy(60.0)
"""For those who work on a run."""


class Patient(Protocol):
    """Whose methods may be `retried`: the Store, or a Repository."""

    @property
    def retry(self) -> RetryPolicy: ...


def retried(method: Callable[P, T]) -> Callable[P, T]:
    """Database trouble as one sentence; without statements, which hold task texts. What may pass is waited for, as the
    RetryPolicy says: the method is one transaction, and is done again. Then it is a StoreAwayError."""

    @functools.wraps(method)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        deadline = time.monotonic() + cast(Patient, args[0]).retry.patience_s
        while True:
            try:
                return method(*args, **kwargs)
            except (UnicodeError, OverflowError) as error:
                raise StoreError(f"The database can't hold this value ({type(error).__name__}): correct it.") from None
            except SQLAlchemyError as error:
                passing = may_pass(error)
                if not passing or time.monotonic() > deadline:
                    raise (StoreAwayError if passing else StoreError)(
                        f"The database can't be read or written ({cause(error)}): check its disk and its server."
                    ) from None
            time.sleep(AGAIN_S)

    return wrapper
