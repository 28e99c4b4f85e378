"""The composition as Compose itself resolves it: what it publishes, checks, asks for and keeps out.

No container is started: there may be no engine where the tests run.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from backend.interfaces.cli.commands import PLACES
from backend.settings import Settings
from tests.running import unavailable

Json = dict[str, Any]

ROOT = Path(__file__).resolve().parents[1]
ASKING = {"label-studio", "db", "redis", "backend", "worker"}
"""Those that need something of .env."""
SERVICES = {*ASKING, "nginx"}
OURS = ("backend", "worker")
PLACEHOLDER = "replace-me"
REFERENCE = re.compile(r"(?<!\$)\$\{(\w+)")
REQUIRED = re.compile(r"\$\{\w+:\?[^}]+\}")
SECRET_NAME = re.compile(r"(PASS(WORD)?|KEY|TOKEN|SECRET)$")


@pytest.fixture(scope="module")
def source() -> Json:
    """docker-compose.yml as it is written."""
    found: Json = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return found


@pytest.fixture(scope="module")
def compose() -> list[str]:
    """The command that resolves a composition. Its absence may skip these tests, but not where CI is set."""
    for command in (["docker-compose"], ["docker", "compose"]):
        if shutil.which(command[0]) and _run([*command, "version"], ROOT).returncode == 0:
            return command
    sentence = "Docker Compose is not here: install docker-compose to check docker-compose.yml."
    unavailable(sentence)


@pytest.fixture(scope="module")
def resolved(compose: list[str], tmp_path_factory: pytest.TempPathFactory) -> Json:
    """The composition with the values of .env.example, as Compose understands it."""
    return _config(compose, tmp_path_factory.mktemp("compose"), (ROOT / ".env.example").read_text())


def test_every_service_is_there_and_checks_its_health(resolved: Json) -> None:
    assert set(resolved["services"]) == SERVICES
    for name, service in resolved["services"].items():
        assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}, name


def test_a_service_waits_until_those_it_needs_are_healthy(resolved: Json) -> None:
    needs = {name: service.get("depends_on", {}) for name, service in resolved["services"].items()}
    assert {name: set(others) for name, others in needs.items()} == {
        "label-studio": {"db"},
        "db": set(),
        "redis": set(),
        "backend": {"db", "redis"},
        "worker": {"db", "redis"},
        "nginx": {"label-studio", "backend"},
    }
    conditions = {other["condition"] for others in needs.values() for other in others.values()}
    assert conditions == {"service_healthy"}


def test_ports_are_published_on_loopback_alone(resolved: Json) -> None:
    published = {name: service["ports"] for name, service in resolved["services"].items() if service.get("ports")}
    assert set(published) == {"label-studio", "backend", "nginx"}
    assert {_host_address(port) for ports in published.values() for port in ports} == {"127.0.0.1"}
    assert not any(service.get("network_mode") for service in resolved["services"].values())


def test_no_service_gains_privileges_and_every_one_comes_back(resolved: Json) -> None:
    for name, service in resolved["services"].items():
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["restart"] == "unless-stopped", name
        assert not service.get("privileged"), name


def test_data_lie_in_named_volumes(resolved: Json) -> None:
    for service in resolved["services"].values():
        assert {_volume(volume) for volume in service.get("volumes", [])} <= set(resolved["volumes"])


def test_label_studio_does_not_reach_the_broker(resolved: Json) -> None:
    networks = {name: set(service.get("networks") or {"default"}) for name, service in resolved["services"].items()}
    assert networks["redis"].isdisjoint(networks["label-studio"])
    assert all(networks["redis"] & networks[name] and networks["db"] & networks[name] for name in OURS)


def test_the_broker_asks_for_the_password_that_the_others_have(source: Json, resolved: Json, tmp_path: Path) -> None:
    """Its command is run, with a program in place of Redis that tells its arguments and what it reads."""
    password = source["services"]["redis"]["environment"]["REDISCLI_AUTH"]
    assert all(f"redis://:{password}@redis" in source["services"][name]["environment"]["REDIS_URL"] for name in OURS)
    (tmp_path / "docker-entrypoint.sh").write_text('#!/bin/sh\necho "$@"\ncat\n')
    (tmp_path / "docker-entrypoint.sh").chmod(0o755)
    command = [word.replace("$$", "$") for word in resolved["services"]["redis"]["command"]]
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "REDISCLI_AUTH": "0123abc"}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=10, check=True)
    assert ran.stdout == "redis-server -\nrequirepass 0123abc\n"


def test_the_file_holds_no_secret(source: Json) -> None:
    for name, service in source["services"].items():
        for variable, value in service.get("environment", {}).items():
            if SECRET_NAME.search(variable) and variable != "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN":
                assert REQUIRED.fullmatch(value), f"{name}: {variable} must come from .env"
            if "://" in value and not value.startswith("${"):
                password = re.match(r"\w+://[^/@]*?:([^/]*)@", value)
                assert password is None or REQUIRED.fullmatch(password[1]), f"{name}: {variable} must come from .env"


def test_nothing_from_the_env_file_has_a_default() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    assert len(REFERENCE.findall(text)) == len(REQUIRED.findall(text))


def test_an_empty_variable_is_named(compose: list[str], tmp_path: Path) -> None:
    emptied = re.sub(r"(?m)^(BASIC_AUTH_PASS)=.*$", r"\1=", (ROOT / ".env.example").read_text())
    ran = _resolve(compose, tmp_path, emptied)
    assert ran.returncode != 0
    assert "BASIC_AUTH_PASS" in ran.stderr


def test_our_variables_are_settings(resolved: Json) -> None:
    for name in OURS:
        variables = {variable.lower() for variable in resolved["services"][name]["environment"]}
        assert variables <= set(Settings.model_fields), name


def test_our_values_are_usable(resolved: Json, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for variable, value in resolved["services"]["backend"]["environment"].items():
        monkeypatch.setenv(variable, value.replace(PLACEHOLDER, "secret"))
    settings = Settings()
    assert settings.database() == "postgresql+psycopg://postgres:secret@db:5432/prompts"
    addresses = (settings.label_studio_url, settings.redis_url, settings.database_url)
    hosts = [urlsplit(address or "").hostname for address in addresses]
    assert hosts == ["label-studio", "redis", "db"]


def test_both_sides_get_the_same_token_and_password(source: Json) -> None:
    environment = {name: service.get("environment", {}) for name, service in source["services"].items()}
    token = environment["label-studio"]["LABEL_STUDIO_USER_TOKEN"]
    assert token == environment["backend"]["LABEL_STUDIO_API_KEY"] == environment["worker"]["LABEL_STUDIO_API_KEY"]
    password = environment["db"]["POSTGRES_PASSWORD"]
    assert password == environment["label-studio"]["POSTGRE_PASSWORD"]
    assert all(password in environment[name]["DATABASE_URL"] for name in OURS)


def test_env_example_lists_what_is_asked_for_and_nothing_else() -> None:
    assert set(_env_example()) == set(REFERENCE.findall((ROOT / "docker-compose.yml").read_text()))


def test_env_example_serves_without_docker_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With the lines of Docker alone left out and the address of Label Studio taken in, all is set."""
    shared, _, rest = (ROOT / ".env.example").read_text().partition("# --- With Docker only")
    alone = rest.partition("# --- Without Docker only")[2]
    local = re.sub(r"(?m)^# (?=[A-Z_]+=)", "", alone)
    (tmp_path / ".env").write_text((shared + local).replace(PLACEHOLDER, "secret"))
    settings = Settings(_env_file=tmp_path / ".env")
    assert settings.label_studio_url == "http://localhost:8080"
    assert settings.label_studio_api_key
    assert settings.openai_api_key
    assert settings.describe_server()
    named = re.findall(r"(?m)^([A-Z_]+)=", shared + local)
    assert {name.lower() for name in named} <= set(Settings.model_fields)


def test_env_example_holds_no_secret() -> None:
    secrets = {value for name, value in _env_example().items() if SECRET_NAME.search(name)}
    assert secrets == {PLACEHOLDER}


def test_every_variable_of_env_example_is_explained() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    for before, line in zip(["", *lines], lines, strict=False):
        assert not line or line.startswith("#") or before.startswith("# "), line


@pytest.mark.parametrize("name", sorted(ASKING))
def test_no_service_starts_on_a_placeholder(resolved: Json, name: str) -> None:
    environment = resolved["services"][name]["environment"]
    ran = _start(resolved["services"][name], environment)
    assert (ran.returncode, ran.stdout) == (78, "")
    left = {variable for variable, value in environment.items() if PLACEHOLDER in value}
    assert left
    assert all(variable in ran.stderr for variable in left)


@pytest.mark.parametrize("name", sorted(ASKING))
def test_a_service_starts_its_command_unchanged(resolved: Json, name: str) -> None:
    environment = resolved["services"][name].get("environment", {})
    filled = {variable: value.replace(PLACEHOLDER, "0" * 40) for variable, value in environment.items()}
    ran = _start(resolved["services"][name], filled)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "two words|$HOME|", "")


def test_the_image_gets_what_it_copies_and_nothing_else() -> None:
    rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    let_in = {rule[1:] for rule in rules if rule.startswith("!")}
    assert rules[0] == "*"
    assert let_in == _copied()
    assert not {name for name in let_in if name.startswith((".", "tests", "demo"))}


def test_what_the_image_copies_exists() -> None:
    assert not {name for name in _copied() if not (ROOT / name).exists()}


def test_the_worker_runs_a_command_that_exists(source: Json) -> None:
    program, command = source["services"]["worker"]["command"]
    assert program == "ls-prompts"
    assert command in PLACES


def test_the_image_does_not_run_as_root() -> None:
    users = re.findall(r"(?m)^USER (\S+)$", (ROOT / "Dockerfile").read_text())
    assert users
    assert users[-1] not in {"root", "0"}


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    # Only what finds the command and its settings: a variable of the shell would win over the file.
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)


def _resolve(compose: list[str], folder: Path, env: str) -> subprocess.CompletedProcess[str]:
    shutil.copy(ROOT / "docker-compose.yml", folder)
    (folder / ".env").write_text(env)
    return _run([*compose, "config"], folder)


def _config(compose: list[str], folder: Path, env: str) -> Json:
    ran = _resolve(compose, folder, env)
    assert ran.returncode == 0, ran.stderr
    resolved: Json = yaml.safe_load(ran.stdout)
    return resolved


def _start(service: Json, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a service's entrypoint with a harmless command. Compose prints every `$` of it doubled."""
    entrypoint = [word.replace("$$", "$") for word in service["entrypoint"]]
    command = [*entrypoint, "printf", "%s|", "two words", "$HOME"]
    environment = {"PATH": os.environ["PATH"], **environment}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=10, check=False)


def _host_address(port: str | Json) -> str:
    """Compose 1 prints a port as `address:published:target/protocol`, Compose 2 as a mapping."""
    if isinstance(port, str):
        return port.rsplit(":", 2)[0] if port.count(":") > 1 else ""
    return str(port.get("host_ip", ""))


def _volume(volume: str | Json) -> str:
    return volume.split(":")[0] if isinstance(volume, str) else volume["source"]


def _env_example() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def _copied() -> set[str]:
    copies = re.findall(r"(?m)^COPY (.+)$", (ROOT / "Dockerfile").read_text())
    return {name for copy in copies for name in copy.split()[:-1]}
