"""Empty databases with the tables of earlier releases."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from backend.adapters.database import migrations


def engine_at(url: str, revision: str) -> sa.Engine:
    """An engine for an empty database, which then has the tables of this migration.

    url: of nothing yet, or of an empty schema
    """
    engine = sa.create_engine(url)
    if engine.dialect.name == "sqlite":
        Path(engine.url.database or "").write_bytes(_migrated(revision))
    else:
        _migrate(engine, revision)
    return engine


@cache
def _migrated(revision: str) -> bytes:
    """A SQLite file. The migrations run once for all tests of a process."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "record.sqlite3"
        engine = sa.create_engine(f"sqlite:///{file}")
        _migrate(engine, revision)
        engine.dispose()
        return file.read_bytes()


def _migrate(engine: sa.Engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
