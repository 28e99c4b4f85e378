"""The repository's own files: what GitHub reads is well formed, tests what is promised and runs targets that exist."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

import backend

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
FILES = sorted([*ROOT.glob(".github/**/*.yml"), ROOT / ".pre-commit-config.yaml"])
WORKFLOWS = sorted(ROOT.glob(".github/workflows/*.yml"))


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in yaml.safe_load(path.read_text())["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_it_is_yaml_that_says_something(path: Path) -> None:
    assert isinstance(yaml.safe_load(path.read_text()), dict)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_are_bounded_read_only_and_run_targets_that_exist(path: Path) -> None:
    flow = yaml.safe_load(path.read_text())
    assert flow["permissions"] == {"contents": "read"}
    assert all(job["timeout-minutes"] <= 90 for job in flow["jobs"].values())
    targets = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text()))
    lines = [line for step in steps(path) for line in step.get("run", "").splitlines()]
    called = {word for line in lines if line.startswith("make ") for word in line.split()[1:] if "=" not in word}
    assert called
    assert called <= targets
    named = {ROOT / name for line in lines for name in re.findall(r"tests/\S+", line)}
    assert {name for name in named if not name.exists()} == set()


def test_the_oldest_python_that_is_promised_is_tested() -> None:
    matrix = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text())["jobs"]["check"]["strategy"]["matrix"]
    assert PROJECT["requires-python"] == f">={matrix['python'][0]}"
    assert matrix["python"] == ["3.11", "3.12", "3.13", "3.14"]
    assert matrix["system"] == ["ubuntu-latest", "macos-latest"]


def test_only_the_job_that_publishes_may_ask_for_a_token() -> None:
    jobs = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())["jobs"]
    assert {name for name, job in jobs.items() if "permissions" in job} == {"publish"}
    assert jobs["publish"]["permissions"] == {"id-token": "write"}
    assert not any("secrets." in path.read_text() for path in WORKFLOWS)


def test_the_version_has_one_source() -> None:
    assert "version" in PROJECT["dynamic"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", backend.__version__)
    assert (ROOT / "backend" / "py.typed").exists()


def test_the_changelog_begins_with_what_is_not_released_yet() -> None:
    headings = re.findall(r"(?m)^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text())
    assert headings[0] == "Unreleased"
    kinds = set(re.findall(r"(?m)^### (\w+)", (ROOT / "CHANGELOG.md").read_text()))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


@pytest.mark.parametrize("page", ["CHANGELOG.md", "SECURITY.md", "CODE_OF_CONDUCT.md"])
def test_links_lead_somewhere(page: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", (ROOT / page).read_text())
    assert [link for link in links if not (ROOT / link).exists()] == []
