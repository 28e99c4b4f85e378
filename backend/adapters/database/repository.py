"""Repository: a part of the database in a file of its own. It shares the engine of the Store, and its RetryPolicy.

So all parts wait equally long for a database that went away.
"""

from typing import Any

from backend.adapters.database.prompts import Store
from backend.adapters.database.retry import RetryPolicy


class Repository:
    """A part of the Store; its methods translate database errors."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._engine = store.engine
        self._insert: Any = store.insert

    def _now(self) -> Any:
        """The clock of the database, see Store."""
        return self._store.clock()

    @property
    def retry(self) -> RetryPolicy:
        """See Store."""
        return self._store.retry
