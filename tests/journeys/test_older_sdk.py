"""The SDK as it was at 2.0.23, in an environment of its own: its scripts drive the same server."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from demo import services
from tests.journeys.conftest import RunningLabelStudio, ServedInstallation
from tests.journeys.project import CONFIG, messages, truths
from tests.journeys.test_api_endpoints import TASKS, TRUTHS
from tests.running import unavailable

OLDER = "2.0.23"


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the older SDK alone, which finds what it needs beside the newer one."""
    folder = tmp_path_factory.mktemp("older-sdk")
    wanted = ["--no-deps", "--target", str(folder), f"label-studio-sdk=={OLDER}"]
    line = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted]
    done = subprocess.run(line, capture_output=True, text=True, timeout=180, check=False, env=dict(os.environ))
    if done.returncode != 0:
        unavailable(f"label-studio-sdk {OLDER} does not install: {done.stderr.strip()[-200:]}")
    return folder


def test_an_older_sdk_calls_every_endpoint(
    older: Path, backend_server: ServedInstallation, label_studio: RunningLabelStudio, tmp_path: Path
) -> None:
    project = label_studio.new_project(CONFIG, messages(TASKS, "Older"), truths(TRUTHS, TASKS))
    first = label_studio.http.get("/api/tasks/", params={"project": project}).json()["tasks"]
    task = min(item["id"] for item in first)
    path = f"{older}{os.pathsep}{services.ROOT}"
    line = [sys.executable, "-m", "tests.journeys.older_sdk", backend_server.url, label_studio.api_key]
    done = subprocess.run(
        [*line, str(project), str(task)],
        env=services.environment({"PYTHONPATH": path}),
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=300,
        check=False,
    )
    assert done.stdout == f"{OLDER}: all of them\n", done.stderr[-3000:]
