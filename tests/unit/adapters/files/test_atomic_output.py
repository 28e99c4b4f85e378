"""What was there stays until the new file is complete."""

import os
import threading
from pathlib import Path

import pytest

from backend.adapters.files.atomic_output import output, replacing
from backend.errors import OutputError


def test_the_new_file_takes_the_place_of_the_old(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")
    path.chmod(0o640)
    with replacing(path) as file:
        file.write(b"new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [path]


def half_written(path: Path, error: type[BaseException]) -> None:
    with replacing(path) as file:
        file.write(b"half")
        raise error


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_when_writing_fails_nothing_changed(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")
    with pytest.raises(error):
        half_written(path, error)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_is_written_through(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    link.symlink_to(target)
    with replacing(link) as file:
        file.write(b"x")
    assert target.read_text() == "x"
    assert link.is_symlink()


def test_a_pipe_is_written_to_as_it_is(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    with replacing(pipe) as file:
        file.write(b"through")
    reader.join(10)
    assert read == [b"through"]


def test_no_such_folder_is_one_sentence(tmp_path: Path) -> None:
    with (
        pytest.raises(OutputError, match=r"written \(FileNotFoundError\): choose a folder"),
        replacing(tmp_path / "no/x"),
    ):
        pass


def test_without_a_path_it_is_standard_output(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    with output(None) as file:
        file.write(b"x")
    assert capfdbinary.readouterr().out == b"x"
