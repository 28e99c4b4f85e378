"""The database, and what is made of nothing else."""

from functools import cached_property

from backend.adapters.database.prompts import Store
from backend.adapters.database.retry import PATIENT
from backend.adapters.files.private import close_to_others
from backend.services.prompts.versions import Prompts
from backend.settings import Settings, load_settings


class DatabaseParts:
    """`settings`: by default those of the environment."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or load_settings()

    @cached_property
    def store(self) -> Store:
        if self.settings.database_url is None:
            close_to_others(self.settings.data_dir)
        return Store(self.settings.database())

    @cached_property
    def patient_store(self) -> Store:
        """The same database; it is waited for when it does not answer."""
        return self.store.with_retry(PATIENT)

    @cached_property
    def prompts(self) -> Prompts:
        return Prompts(self.store)
