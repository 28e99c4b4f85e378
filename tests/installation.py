"""One user's Open Prompts: settings, a database, and the ways in: `app` for scripts, `command` for a terminal."""

import json
import shlex
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from backend.app import App
from backend.container import Container
from backend.domain.prompts.prompt_file import PromptFile
from backend.interfaces.cli.main import cli
from backend.services.prompts.draft import Draft
from backend.settings import Settings
from demo import services
from tests.command_forks import AT_START, ForkedCommand, forks

PATIENCE_S = 120


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Installation:
    """`env` is every setting it has, as the environment gives them; what the developer has set plays no part."""

    folder: Path
    env: Mapping[str, str]

    @classmethod
    def made(cls, folder: Path, model_url: str, **env: str) -> "Installation":
        """With its database in `folder`, and the model at `model_url`."""
        plain = {"DATA_DIR": str(folder / "data"), "OPENAI_BASE_URL": model_url, "OPENAI_API_KEY": "sk-of-a-test"}
        return cls(folder, {**plain, "OPENAI_MODEL": "stand-in", **env})

    def but(self, **env: str) -> "Installation":
        """The same with other settings, on the same database."""
        return replace(self, env={**self.env, **env})

    @property
    def settings(self) -> Settings:
        values: dict[str, Any] = {name.lower(): value for name, value in self.env.items()}
        return Settings(_env_file=None, **values)

    @cached_property
    def app(self) -> App:
        return App(Container(self.settings))

    def save(self, name: str, project: int, text: str = "What is it about?\n\n{text}", **more: Any) -> str:
        """Saves a version; its tag."""
        return self.app.save(Draft(name, project, PromptFile(text), **more)).version.tag

    def start(self, *argv: object) -> ForkedCommand:
        """The command `ls-prompts ARGV`, just started, in a folder that holds no .env."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return forks().start(list(map(str, argv)), self.env, self.folder)

    def start_anew(self, *argv: object) -> "subprocess.Popen[str]":
        """The same as a Python of its own: for what happens while it starts."""
        line = [sys.executable, "-m", "backend", *map(str, argv)]
        env, pipe = services.environment({**AT_START, **self.env}), subprocess.PIPE
        self.folder.mkdir(parents=True, exist_ok=True)
        return subprocess.Popen(
            line, env=env, cwd=self.folder, stdin=pipe, stdout=pipe, stderr=pipe, encoding="utf-8", errors="replace"
        )

    def command(self, *argv: object, stdin: str = "", code: int = 0) -> Done:
        """Runs it to its end, which must be `code`."""
        process = self.start(*argv)
        try:
            out, err = process.communicate(stdin, timeout=PATIENCE_S)
        finally:
            process.kill()
        assert process.returncode == code, f"{argv} ended with {process.returncode}:\n{out}\n{err}"
        return Done(process.returncode, out, err)

    def command_here(self, *argv: object, code: int = 0) -> Done:
        """The same in this process, in which a test may have changed how long something is waited for."""
        done = CliRunner().invoke(cli, list(map(str, argv)), env=self.env)
        assert done.exit_code == code, f"{argv} ended with {done.exit_code}:\n{done.output}"
        return Done(done.exit_code, done.stdout, done.stderr)

    def typed(self, line: str, stdin: str = "") -> Done:
        """Runs a line of the documentation, `ls-prompts …`, as a shell does; it may end in `> FILE`."""
        line, _, file = line.partition(" > ")
        program, *argv = shlex.split(line, comments=True)
        assert program == "ls-prompts"
        done = self.command(*argv, stdin=stdin)
        if file:
            (self.folder / file.strip()).write_text(done.out, encoding="utf-8")
        return done
