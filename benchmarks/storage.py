"""`python -m benchmarks.storage`: the bytes that the database holds for a task, with log-probabilities (SQLite).

The tasks, no two with the same text, are asked and stored as `ls-prompts run` does. Then the file is measured: all of
it, and what the tokens of the answers take in it, beside what they would take as text.
"""

import asyncio
import tempfile
from pathlib import Path

import sqlalchemy as sa

from backend.adapters.database.completions import read_tokens
from backend.adapters.database.prompts import Store
from backend.adapters.database.tables import completions
from benchmarks import contender, workload
from demo import services

TASKS, IN_FLIGHT = 5000, 64
TOLD = (completions.c.logprobs, completions.c.branches)


def main() -> None:
    tasks = workload.tasks(TASKS)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "record.sqlite3"
        with services.stand_in(services.free_port(), log=Path(folder) / "log") as server:
            url = f"{server.url}/v1"
            store = Store(f"sqlite:///{file}")
            answered = asyncio.run(
                contender.label(url, tasks, store, contender.counting_executor(url, store, IN_FLIGHT))
            )
            stored, text = _tokens(store)
            store.close()
        print(f"{answered:,} answers of {len(tasks):,} tasks, with log-probabilities, in one file of SQLite")
        print(f"{file.stat().st_size / answered:6.0f} bytes a task, indexes included")
        print(f"{stored / answered:6.0f} of them for tokens, which are {text / answered:.0f} bytes as text")


def _tokens(store: Store) -> tuple[int, int]:
    """Bytes of all tokens: as stored, and as text."""
    stored = text = 0
    with store.engine.connect() as connection:
        for row in connection.execute(sa.select(*TOLD)):
            stored += sum(len(column) for column in row if column is not None)
            text += sum(len(one.text) for one in read_tokens(*row) if one is not None)
    return stored, text


if __name__ == "__main__":
    main()
