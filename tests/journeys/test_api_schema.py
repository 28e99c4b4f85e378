"""schemathesis against the served description: whatever is sent, nothing breaks, and answers are as described."""

import subprocess
import sys
from pathlib import Path

from demo import services
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import StudioProject, messages

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
BOUNDS = (
    "--max-examples",
    "3",
    "--seed",
    "7",
    "--generation-database",
    "none",
    "--no-color",
    "--request-timeout",
    "60",
    "--workers",
    "4",
)


def test_nothing_that_is_sent_breaks_it(mine: Installation, label_studio: RunningLabelStudio, tmp_path: Path) -> None:
    project = StudioProject.made(label_studio, messages(4))
    mine.save("topic", project.id)
    with services.backend(services.free_port(), mine.env, log=tmp_path / "backend.log") as service:
        command = [sys.executable, "-m", "schemathesis.cli", "run", f"{service.url}/api/openapi.json"]
        header = f"Authorization: Token {label_studio.api_key}"
        options = [*BOUNDS, "--checks", CHECKS, "--header", header, "--phases", "fuzzing"]
        done = subprocess.run(
            [*command, *options],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=300,
            env=services.environment({}),
        )
        assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
        assert "Tested" in done.stdout
