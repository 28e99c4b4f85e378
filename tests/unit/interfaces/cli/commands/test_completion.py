"""What the Tab key offers."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from backend.interfaces.cli.main import cli
from tests.installation import Installation
from tests.running import unavailable
from tests.scripted import version

pytestmark = pytest.mark.slow
PROGRAM = Path(sys.executable).with_name("ls-prompts")


@pytest.fixture
def mine(tmp_path: Path) -> Installation:
    """With two prompts in its database, and nobody where Label Studio should be."""
    nobody = "http://127.0.0.1:1"
    installation = Installation.made(tmp_path, nobody, LABEL_STUDIO_URL=nobody, LABEL_STUDIO_API_KEY="f" * 40)
    for name in ("mood", "topic"):
        for text in ("Say: {text}", "Tell: {text}"):
            installation.app.container.store.save(version(text, name=name, number=0))
    return installation


def offered(mine: Installation, *words: str) -> list[str]:
    """What fish is told, the last word being unfinished."""
    asked = {"_LS_PROMPTS_COMPLETE": "fish_complete", "COMP_WORDS": " ".join(words), "COMP_CWORD": words[-1]}
    env = {**os.environ, **mine.env, **asked}
    done = subprocess.run([PROGRAM], env=env, cwd=mine.folder, capture_output=True, text=True, timeout=60, check=True)
    return [line.partition(",")[2].partition("\t")[0] for line in done.stdout.splitlines() if line]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("evaluate", "mo"), ["mood@2", "mood@1"]),
        (("evaluate", "mood@2", "--vs", "mood@"), ["mood@2", "mood@1"]),
        (("compare", "mood@1", "top"), ["topic@2", "topic@1"]),
        (("list", "mo"), ["mood"]),
        (("delete", "topic"), ["topic", "topic@2", "topic@1"]),
        (("show", "nothing"), []),
        (("eval",), ["evaluate"]),
        (("evaluate", "mood@1", "--truth", "a"), ["any"]),
    ],
)
def test_commands_options_prompts_and_versions_are_offered(
    mine: Installation, words: tuple[str, ...], expected: list[str]
) -> None:
    assert offered(mine, "ls-prompts", *words) == expected


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all.sqlite3", "nonsense", "postgresql://nobody@127.0.0.1:1/x"])
def test_nothing_is_offered_and_nothing_made_without_a_database(tmp_path: Path, url: str) -> None:
    mine = Installation.made(tmp_path, "http://127.0.0.1:1", DATABASE_URL=url)
    assert offered(mine, "ls-prompts", "show", "mo") == []


def test_a_database_that_does_not_exist_yet_is_not_made(tmp_path: Path) -> None:
    file = tmp_path / "prompts.sqlite3"
    mine = Installation.made(tmp_path, "http://127.0.0.1:1", DATABASE_URL=f"sqlite:///{file}")
    assert offered(mine, "ls-prompts", "show", "mo") == []
    assert not file.exists()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_there_is_a_script_for_each_shell(shell: str) -> None:
    if shell == "bash" and shutil.which("bash") is None:
        unavailable("bash is not installed")
    script = CliRunner().invoke(cli, ["completion", shell]).stdout
    assert f"_LS_PROMPTS_COMPLETE={shell}_complete" in script
    assert "ls-prompts" in script


def test_bash_completes_a_version_after_its_at_sign(mine: Installation) -> None:
    """A real one, which takes the @ for the end of a word unless it is told otherwise."""
    if shutil.which("bash") is None:
        unavailable("bash is not installed")
    code = f"""
        source <({PROGRAM} completion bash)
        [[ $COMP_WORDBREAKS == *@* ]] && echo broken
        COMP_WORDS=(ls-prompts show mood@) COMP_CWORD=2
        _ls_prompts_completion ls-prompts
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    env = {**os.environ, **mine.env, "PATH": f"{PROGRAM.parent}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", code], env=env, cwd=mine.folder, capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == ["mood@2", "mood@1"], done.stderr
