"""The README's five minutes, typed as they stand there, against a real Label Studio."""

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from label_studio_sdk import RoleBasedTask

from demo import services
from demo.services import ROOT
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio

README = (ROOT / "README.md").read_text(encoding="utf-8")
PYTHON = (ROOT / "docs" / "reference" / "python.md").read_text(encoding="utf-8")
CONFIG = (
    '<View><Text name="t" value="$text"/><Choices name="sentiment" toName="t">'
    '<Choice value="Positive" hint="happy, good"/><Choice value="Negative" hint="bad, broken"/></Choices></View>'
)
TEXTS = ["good, I am happy", "bad, it is broken", "what a good one", "a bad one"]
LABELS = ["Positive", "Negative", "Positive", "Negative"]


@pytest.fixture
def served(mine: Installation) -> Installation:
    """With an address for its server."""
    return mine.but(BIND=f"127.0.0.1:{services.free_port()}")


def commands() -> list[str]:
    """The lines of step 5."""
    block = README.split("**5. Label.**")[1].split("```")[1]
    return [line.split("#")[0].strip() for line in block.splitlines() if line.startswith("ls-prompts")]


def script(page: str = PYTHON) -> str:
    return page.split("<!-- script -->")[1].split("```python\n")[1].split("```")[0]


def sdk_script(project: int, port: int, token: str) -> str:
    """That of the README, for this project, server and token."""
    text = script(README).replace("[12]", f"[{project}]").replace("project=12", f"project={project}")
    return text.replace("9090", str(port)).replace("YOUR_LABEL_STUDIO_TOKEN", token).replace("gpt-4o-mini", "stand-in")


def test_five_minutes(label_studio: RunningLabelStudio, served: Installation) -> None:
    project = label_studio.new_project(CONFIG, [{"text": text} for text in TEXTS], [_truth(label) for label in LABELS])
    tasks: Iterator[RoleBasedTask] = iter(label_studio.client.tasks.list(project=project))
    task = next(tasks).id
    prompt = README.split("```\nWhat is the sentiment")[1].split("```")[0]
    (served.folder / "prompt.txt").write_text(prompt, encoding="utf-8")
    port = int(served.env["BIND"].rpartition(":")[2])
    with services.backend(port, served.env, log=served.folder / "backend.log"):
        told = run_script(served, sdk_script(project, port, label_studio.api_key))
        assert (told.returncode, told.stdout) == (0, "Completed 1.0\n"), told.stderr
        for line in ["ls-prompts doctor", *commands()]:
            line = line.replace("--project 12", f"--project {project}").replace("--task 345", f"--task {task}")
            served.typed(re.sub(r"\b12\b", str(project), line), "y\n")
    served.typed("ls-prompts run sentiment@1 --on all")
    scripted = run_script(served, script())
    assert scripted.returncode == 0, scripted.stderr
    assert scripted.stdout.startswith("sentiment@1 1.0 1.0")


def run_script(served: Installation, text: str) -> subprocess.CompletedProcess[str]:
    line, env = [sys.executable, "-c", text], services.environment(served.env)
    return subprocess.run(line, env=env, cwd=served.folder, capture_output=True, text=True, timeout=120)


def test_the_script_has_ten_lines() -> None:
    assert len(script().strip().splitlines()) <= 11


def _truth(label: str) -> list[dict[str, object]]:
    return [{"from_name": "sentiment", "to_name": "t", "type": "choices", "value": {"choices": [label]}}]
