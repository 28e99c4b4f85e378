"""Writes the answers beside this file: what the earlier commit says of its database.

    git worktree add ../earlier 00456db8
    .venv/bin/python -m tests.data.earlier_record.ask ../earlier

The command line is that of the worktree. Label Studio and the stand-in model are those of the tests.
"""

import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from demo import services
from tests.earlier_commands import ALONE, ASKING, PREDICTIONS, PUSHED, STORED, Argv, Command, asked
from tests.earlier_record import PRICES, pack, unpacked
from tests.journeys.earlier_projects import earlier_model, earlier_projects, earlier_teacher


def command_line(worktree: Path, folder: Path, env: Mapping[str, str]) -> Command:
    """The command line of the worktree."""
    everything = services.environment({"PYTHONPATH": str(worktree), "PYTHONUTF8": "1", **env})

    def command(argv: Argv) -> tuple[int, str]:
        line = [sys.executable, "-m", "backend", *argv]
        done = subprocess.run(line, env=everything, cwd=folder, capture_output=True, encoding="utf-8", timeout=300)
        print("$", *argv, "->", done.returncode, done.stderr.strip()[-300:], flush=True)
        return done.returncode, done.stdout

    return command


def main() -> None:
    worktree, folder = Path(sys.argv[1]).absolute(), Path(tempfile.mkdtemp())
    (folder / "data").mkdir()
    with sqlite3.connect(folder / "data" / "prompts.sqlite3") as record:
        record.executescript(unpacked("record.sql.gz"))
    with earlier_projects(folder / "studio") as there, earlier_model(folder) as model, earlier_teacher() as teacher:
        env = {"DATA_DIR": str(folder / "data"), "OPENAI_BASE_URL": model.url, "OPENAI_API_KEY": "sk-of-a-test"}
        env |= {"OPENAI_MODEL": "stand-in", **PRICES, **there.studio.env, **teacher.env}
        command = command_line(worktree, folder, env)
        list(asked(PUSHED, command, folder, there.studio.url))
        predictions = there.predictions()
        answers = {}
        for name, lines in (("alone", ALONE), ("stored", STORED), ("predictions", PREDICTIONS), ("asking", ASKING)):
            answers[name] = [asdict(one) for one in asked(lines, command, folder, there.studio.url)]
            print(name, model.requests(), "requests", flush=True)
    pack("answers.json.gz", {"predictions": predictions, "answers": answers})


if __name__ == "__main__":
    main()
