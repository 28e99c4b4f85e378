"""The documentation: it builds as a site without a broken link, and names code that exists."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from backend.domain.labels.controls.registry import KINDS
from tests.sizes import importer_table

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
DECISIONS = sorted((DOCS / "adr").glob("[0-9]*.md"))
CONTROLS = ("CHANGELOG.md", "docs/write-a-prompt/controls.md")
"""Pages that say which controls there are."""
HEADINGS = ["## Context", "## Decision", "## Consequences"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs") / "site"
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_the_site_builds_without_a_broken_link(site: Path) -> None:
    assert (site / "set-up" / "index.html").exists()


def test_the_site_loads_nothing_from_other_servers(site: Path) -> None:
    page = (site / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'(?:<script[^>]*src|<link[^>]*rel="stylesheet"[^>]*href)="(https?:[^"]+)"', page) == []


@pytest.mark.parametrize("page", CONTROLS)
def test_each_kind_of_control_is_named(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert [tag for tag in KINDS if f"<{tag}" not in text] == []


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(page.name[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.name[:4])
def test_a_decision_has_all_its_parts(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert re.match(rf"# {int(page.name[:4])}\. \S.*\n\n- Date: \d{{4}}-\d\d-\d\d\n- Status: \S", text)
    assert re.findall(r"^## \w+$", text, re.MULTILINE) == HEADINGS
    assert all(part.strip() for part in re.split(r"^## \w+$", text, flags=re.MULTILINE))
    assert f"]({page.name})" in (DOCS / "adr" / "index.md").read_text(encoding="utf-8")


def test_the_glossary_names_files_that_exist() -> None:
    rows = re.findall(r"\| `([^`]+)`[^|]*\|$", (DOCS / "glossary.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rows) > 50
    assert [path for path in rows if not ((ROOT / "backend" / path).exists() or (ROOT / path).exists())] == []


def test_the_architecture_names_code_that_exists() -> None:
    steps = re.findall(
        r"^\d+\. `([^`]+\.py)`(?:, `([^`]+)`)?", (DOCS / "architecture.md").read_text(encoding="utf-8"), re.M
    )
    assert len(steps) > 15
    for path, name in steps:
        source = (ROOT / "backend" / path).read_text(encoding="utf-8")
        missing = [part for part in name.split(".") if part and not re.search(rf"(?:def|class) {part}\b", source)]
        assert missing == [], f"{path} has no {missing}"


def test_the_architecture_counts_modules_with_a_single_importer() -> None:
    page = (DOCS / "architecture.md").read_text(encoding="utf-8")
    assert importer_table() in page, "copy what `python -m tests.sizes` prints"
