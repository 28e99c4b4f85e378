"""Private files and folders: readable by the user only, whatever the umask is."""

import os
from contextlib import suppress
from pathlib import Path

SHARED_BITS = 0o3000
"""A folder that is sticky, as /tmp is, or hands its group down was made for several users: it is left as it is."""


def private_folder(folder: Path) -> None:
    """Makes the folder with its parents; an existing one of ours becomes private. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(OSError):
        status = folder.stat()
        ours = os.name != "posix" or status.st_uid == os.geteuid()
        if ours and not status.st_mode & SHARED_BITS and folder.resolve() != Path.home():
            folder.chmod(0o700)


def private_file(file: Path) -> None:
    """Makes it private, if it exists and is ours."""
    with suppress(OSError):
        file.chmod(0o600)


def make_private(file: Path) -> None:
    """Makes an empty one, unless it is there: one that is may be a database in use here, all of whose locks would be
    freed if it was opened and closed. Raises OSError."""
    with suppress(FileExistsError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    private_file(file)


def tighten(folder: Path) -> None:
    """Makes the folder and its files private."""
    private_folder(folder)
    for file in folder.iterdir():
        if file.is_file() and not file.is_symlink():
            private_file(file)


def close_to_others(folder: Path) -> None:
    """Makes the folder of a database private, if it exists, with the output of background runs in it."""
    if folder.is_dir():
        private_folder(folder)
        if (folder / "runs").is_dir():
            tighten(folder / "runs")
