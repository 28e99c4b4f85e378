"""The package as others get it: a wheel that installs into an empty environment and runs without a checkout."""

import ast
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import httpx
import pytest

import backend
from demo import services
from tests.running import RunningStandIn, unavailable, until
from tests.scripted import CONFIG

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("backend", "model.py", "_wsgi.py", "pyproject.toml", "README.md", "LICENSE")
BUILD_S, INSTALL_S, COMMAND_S = 120, 900, 120
PIP = ("-m", "pip", "--disable-pip-version-check", "--no-input")
NO_INDEX = ("No matching distribution", "NewConnectionError", "Could not fetch URL")


def run(argv: list[str], cwd: Path, seconds: float, **env: str) -> "subprocess.CompletedProcess[str]":
    env = services.environment(env)
    return subprocess.run(argv, cwd=cwd, env=env, capture_output=True, text=True, timeout=seconds, check=False)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that no build is left in the checkout; by the tests' own setuptools."""
    source = tmp_path_factory.mktemp("source")
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name)
    build = ["wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", "dist", "."]
    done = run([sys.executable, *PIP, *build], source, BUILD_S)
    assert done.returncode == 0, done.stderr
    (made,) = (source / "dist").glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment that holds the wheel and what it asks for. Only what runs is compiled,
    when it runs: to compile all of it takes longer than the tests."""
    venv = tmp_path_factory.mktemp("empty") / "venv"
    subprocess.run([sys.executable, "-m", "venv", venv], check=True, timeout=BUILD_S)
    own = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}  # which index, for one
    done = run(
        [str(venv / "bin" / "python"), *PIP, "install", "--quiet", "--no-compile", str(wheel)], venv, INSTALL_S, **own
    )
    if done.returncode and any(sign in done.stderr for sign in NO_INDEX):
        unavailable("The dependencies can't be installed here: pip reaches no package index.")
    assert done.returncode == 0, done.stderr
    return venv / "bin"


def test_the_wheel_holds_all_that_runs_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as file:
        names = {name for name in file.namelist() if ".dist-info/" not in name}
    own = {path for path in (ROOT / "backend").rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert names == {str(path.relative_to(ROOT)) for path in own} | {"model.py", "_wsgi.py"}
    assert wheel.name.startswith(f"open_prompts-{backend.__version__}-")


def test_no_sentence_sends_its_reader_to_a_makefile() -> None:
    """There is none where the wheel is installed."""
    sent = []
    for path in (ROOT / "backend").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in docs)
        sent += [str(path) for text in texts if isinstance(text.value, str) and "`make " in text.value]
    assert sent == []


def test_the_doctor_runs_in_an_empty_environment(installed: Path, tmp_path: Path, stand_in: RunningStandIn) -> None:
    """There is no Label Studio, which it says."""
    env = {
        "DATA_DIR": str(tmp_path / "data"),
        "OPENAI_BASE_URL": stand_in.url,
        "OPENAI_API_KEY": "sk-of-a-test",
        "OPENAI_MODEL": "stand-in",
        "LABEL_STUDIO_URL": f"http://127.0.0.1:{services.free_port()}",
        "LABEL_STUDIO_API_KEY": "0" * 40,
    }
    done = run([str(installed / "ls-prompts"), "doctor"], tmp_path, COMMAND_S, **env)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False), done.stdout + done.stderr
    assert "Label Studio" in done.stdout + done.stderr
    version = run([str(installed / "ls-prompts"), "--version"], tmp_path, COMMAND_S).stdout
    assert backend.__version__ in version


def test_a_missing_extra_is_named(installed: Path, tmp_path: Path) -> None:
    url = "postgresql://nobody@127.0.0.1:1/nothing"
    done = run([str(installed / "ls-prompts"), "runs"], tmp_path, COMMAND_S, DATABASE_URL=url)
    assert done.returncode == 1
    assert "pip install 'open-prompts[postgresql]'" in done.stderr


def test_the_server_runs_without_a_checkout(installed: Path, tmp_path: Path, stand_in: RunningStandIn) -> None:
    port = services.free_port()
    (tmp_path / ".env").write_text(
        f"OPENAI_BASE_URL={stand_in.url}\nOPENAI_API_KEY=sk-of-a-test\nOPENAI_MODEL=stand-in\n"
    )
    (tmp_path / "_wsgi.py").write_text("raise SystemExit('the server of another ML backend')")
    env = services.environment({"DATA_DIR": str(tmp_path / "data")})
    url, log = f"http://127.0.0.1:{port}", tmp_path / "server.log"
    argv = [str(installed / "ls-prompts"), "serve", "--port", str(port)]
    with log.open("wb") as file, subprocess.Popen(argv, cwd=tmp_path, env=env, stdout=file, stderr=file) as server:
        try:
            until(lambda: _answers(url) or server.poll() is not None, COMMAND_S)
            assert server.poll() is None, log.read_text()
            asked = {
                "tasks": [{"id": 1, "data": {"text": "a good day"}}],
                "project": "1.2",
                "label_config": CONFIG,
                "params": {"context": None},
            }
            assert httpx.post(f"{url}/predict", json=asked, timeout=60).json()["results"][0]
        finally:
            server.terminate()
            server.wait(COMMAND_S)
    assert server.returncode == 0
    assert "Traceback" not in log.read_text()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", timeout=60).status_code == 200
    except httpx.TransportError:
        return False
