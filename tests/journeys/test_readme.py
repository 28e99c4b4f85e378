"""The README's five minutes, typed as they stand there, against a real Label Studio."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from label_studio_sdk import RoleBasedTask

from demo import services
from demo.services import ROOT
from tests.journeys.conftest import RunningLabelStudio
from tests.running import RunningStandIn

README = (ROOT / "README.md").read_text(encoding="utf-8")
PYTHON = (ROOT / "docs" / "reference" / "python.md").read_text(encoding="utf-8")
CONFIG = (
    '<View><Text name="t" value="$text"/><Choices name="sentiment" toName="t">'
    '<Choice value="Positive" hint="happy, good"/><Choice value="Negative" hint="bad, broken"/></Choices></View>'
)
TEXTS = ["good, I am happy", "bad, it is broken", "what a good one", "a bad one"]
LABELS = ["Positive", "Negative", "Positive", "Negative"]


@pytest.fixture
def env(label_studio: RunningLabelStudio, stand_in: RunningStandIn, tmp_path: Path) -> dict[str, str]:
    return {
        "LABEL_STUDIO_URL": label_studio.url,
        "LABEL_STUDIO_API_KEY": label_studio.api_key,
        "OPENAI_API_KEY": "stand-in",
        "OPENAI_BASE_URL": stand_in.url,
        "OPENAI_MODEL": "stand-in",
        "DATA_DIR": str(tmp_path / "record"),
    }


def commands() -> list[str]:
    """The lines of step 5."""
    block = README.split("**5. Label.**")[1].split("```")[1]
    return [line.split("#")[0].strip() for line in block.splitlines() if line.startswith("ls-prompts")]


def script(page: str = PYTHON) -> str:
    return page.split("<!-- script -->")[1].split("```python\n")[1].split("```")[0]


def typed(line: str, env: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    arguments = line.removeprefix("ls-prompts").split()
    return run([sys.executable, "-m", "backend", *arguments], env, folder)


def run(argv: list[str], env: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    full = services.environment(env)
    return subprocess.run(argv, env=full, cwd=folder, capture_output=True, text=True, timeout=120, input="y\n")


def sdk_script(project: int, port: int, token: str) -> str:
    """That of the README, for this project, server and token."""
    text = script(README).replace("[12]", f"[{project}]").replace("project=12", f"project={project}")
    return text.replace("9090", str(port)).replace("YOUR_LABEL_STUDIO_TOKEN", token).replace("gpt-4o-mini", "stand-in")


def test_five_minutes(label_studio: RunningLabelStudio, env: dict[str, str], tmp_path: Path) -> None:
    project = label_studio.new_project(CONFIG, [{"text": text} for text in TEXTS], [_truth(label) for label in LABELS])
    tasks: Iterator[RoleBasedTask] = iter(label_studio.client.tasks.list(project=project))
    task = next(tasks).id
    (tmp_path / "prompt.txt").write_text(
        README.split("```\nWhat is the sentiment")[1].split("```")[0], encoding="utf-8"
    )
    port = services.free_port()
    env["BIND"] = f"127.0.0.1:{port}"
    with services.backend(port, env, log=tmp_path / "backend.log"):
        told = run([sys.executable, "-c", sdk_script(project, port, label_studio.api_key)], env, tmp_path)
        assert (told.returncode, told.stdout) == (0, "Completed 1.0\n"), told.stderr
        for line in ["ls-prompts doctor", *commands()]:
            line = line.replace("--project 12", f"--project {project}").replace("--task 345", f"--task {task}")
            line = re.sub(r"\b12\b", str(project), line)
            done = typed(line, env, tmp_path)
            assert done.returncode == 0, (line, done.stdout, done.stderr)
    again = typed("ls-prompts run sentiment@1 --on all", env, tmp_path)
    assert again.returncode == 0
    scripted = run([sys.executable, "-c", script()], env, tmp_path)
    assert scripted.returncode == 0, scripted.stderr
    assert scripted.stdout.startswith("sentiment@1 1.0 1.0")


def test_the_script_has_ten_lines() -> None:
    assert len(script().strip().splitlines()) <= 11


def _truth(label: str) -> list[dict[str, object]]:
    return [{"from_name": "sentiment", "to_name": "t", "type": "choices", "value": {"choices": [label]}}]
