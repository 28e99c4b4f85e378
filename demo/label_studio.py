"""A private Label Studio for the demo and the journey tests, started without a prompt, a browser or a call home.

It is installed in a virtual environment of its own, because its pinned dependencies and the backend's don't mix.
Creating its database takes half a minute, so that is done once and kept, without a user or a secret key: every copy
gets its own when it starts.
"""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from demo.services import ROOT, Service, ServiceError, environment

PROGRAM = ROOT / "demo" / "label_studio_server.py"

QUIET = {
    "LABEL_STUDIO_LATEST_VERSION_CHECK": "false",
    "LABEL_STUDIO_COLLECT_ANALYTICS": "false",
    # Empty, not absent: absent means the vendor's own Sentry.
    "LABEL_STUDIO_SENTRY_DSN": "",
    "LABEL_STUDIO_FRONTEND_SENTRY_DSN": "",
    # To log each request takes a quarter of its time.
    "LOG_LEVEL": "WARNING",
}
LOCAL_BACKENDS = {
    "LABEL_STUDIO_ML_BLOCK_LOCAL_IP": "false",
    "LABEL_STUDIO_SSRF_PROTECTION_ENABLED": "false",
}
DEFAULT_SWITCHES = QUIET | LOCAL_BACKENDS
INIT_SECONDS = 300.0


class NotInstalledError(ServiceError):
    """There is no Label Studio to start."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who may sign in: created when Label Studio first starts on a data folder; a later change has no effect there.

    `token` is a legacy API token, 40 hexadecimal digits.
    """

    password: str
    token: str
    email: str = "admin@example.com"


def label_studio(
    data_dir: Path, port: int, account: Account, *, log: Path, switches: Mapping[str, str] = DEFAULT_SWITCHES
) -> Service:
    """Label Studio on `data_dir`, which should be a copy of `initialised_data_dir()`: 3 seconds instead of 30.

    `switches` are further environment variables. `QUIET` alone leaves the guard against local backends on,
    `DEFAULT_SWITCHES | {"fflag_…": "true"}` sets a feature flag.
    """
    url = f"http://127.0.0.1:{port}"
    argv = [*_program(), "start", "--no-browser", "--internal-host", "127.0.0.1", "--port", str(port)]
    user = {
        "LABEL_STUDIO_USERNAME": account.email,
        "LABEL_STUDIO_PASSWORD": account.password,
        "LABEL_STUDIO_USER_TOKEN": account.token,
    }
    return Service(
        "Label Studio",
        [*argv, "--enable-legacy-api-token"],
        environment({**switches, **user, "LABEL_STUDIO_BASE_DATA_DIR": str(data_dir)}),
        url,
        log,
        # With the port taken it would start on another one and only mention it.
        announces=f"Starting development server at {url}/",
        patience=120.0,
    )


def initialised_data_dir(cache_dir: Path | None = None) -> Path:
    """Return a data folder with an empty, migrated database. The first call makes it, in half a minute.

    Copy it; never start on it. Two processes may ask at once and one may be killed half-way: the other waits, and only
    a finished folder is returned. Raises NotInstalledError, or ServiceError if `init` fails.
    """
    program = _program()
    cache = cache_dir or ROOT / ".cache" / f"label-studio-{_version()}"
    cache.mkdir(parents=True, exist_ok=True)
    (cache / ".gitignore").write_text("*\n")
    ready = cache / "data"
    with _locked(cache / "lock"):
        if not ready.exists():
            _initialise(program, ready)
    return ready


def _initialise(program: list[str], ready: Path) -> None:
    for abandoned in ready.parent.glob("building-*"):
        shutil.rmtree(abandoned, ignore_errors=True)
    building = Path(tempfile.mkdtemp(prefix="building-", dir=ready.parent))
    env = environment({**QUIET, "LABEL_STUDIO_BASE_DATA_DIR": str(building)})
    # -q: without it, `init` asks for a user.
    command = [*program, "init", "-q"]
    done = subprocess.run(
        command, env=env, cwd=building, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=INIT_SECONDS
    )
    if done.returncode:
        raise ServiceError(f"`label-studio init` ended with code {done.returncode}:\n{done.stdout}{done.stderr}")
    # The secret key that signs sessions: each copy writes a new one.
    (building / ".env").unlink(missing_ok=True)
    building.rename(ready)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _venv() -> Path:
    return Path(os.environ.get("LABEL_STUDIO_VENV") or ROOT / ".venv-label-studio").absolute()


def _program() -> list[str]:
    """How its command lines begin. `-P`: beside the script lies a module that is called label_studio, too."""
    if not (_venv() / "bin" / "label-studio").exists():
        raise NotInstalledError(
            f"Label Studio isn't installed in {_venv()}. Create that virtual environment and `pip install label-studio`"
            " in it, or set LABEL_STUDIO_VENV to one that has it."
        )
    return [str(_venv() / "bin" / "python"), "-P", str(PROGRAM)]


def _version() -> str:
    (metadata,) = _venv().glob("lib/python3*/site-packages/label_studio-*.dist-info")
    return metadata.name.removesuffix(".dist-info").removeprefix("label_studio-")
