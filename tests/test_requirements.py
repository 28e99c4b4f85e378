"""What is installed: bounds that admit no version with a known advisory, and a lock that the images install by hash."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
FILES = ("requirements.txt", "requirements-dev.txt", "requirements-image.txt")
LOCK = (ROOT / "requirements.lock").read_text()
LABEL_STUDIO_ML = "label-studio-ml"

FIXED = {
    "aiohttp": "3.13.3",  # CVE-2025-69223 and others: bodies that exhaust memory
    "flask": "3.1.3",  # CVE-2026-27205, CVE-2025-47278
    "gunicorn": "23.0.0",  # CVE-2024-6827, CVE-2024-1135: request smuggling
    "h11": "0.16.0",  # CVE-2025-43859: malformed chunks
    "idna": "3.7",  # CVE-2024-3651
    "jinja2": "3.1.6",  # CVE-2025-27516
    "lxml": "6.1.0",  # CVE-2026-41066: external entities in iterparse
    "pillow": "12.2.0",  # CVE-2025-48379, CVE-2026-25990 and others
    "pydantic": "2.4.0",  # CVE-2024-3772
    "pyyaml": "5.4",  # CVE-2020-14343
    "redis": "4.5.5",  # CVE-2023-28859
    "requests": "2.33.0",  # CVE-2024-47081, CVE-2026-25645
    "scikit-learn": "1.5.0",  # CVE-2024-5206
    "setuptools": "78.1.1",  # CVE-2025-47273
    "urllib3": "2.6.3",  # CVE-2025-66418, CVE-2026-21441 and others
    "werkzeug": "3.1.6",  # CVE-2026-27199 and others
}
"""The first version without the advisories that are known of a package."""


def requirements(name: str) -> dict[str, Requirement]:
    lines = [line.partition("#")[0].strip() for line in (ROOT / name).read_text().splitlines()]
    found = [Requirement(line) for line in lines if line and not line.startswith("-r")]
    return {canonicalize_name(one.name): one for one in found}


def lowest(requirement: Requirement) -> Version:
    return max(Version(one.version) for one in requirement.specifier if one.operator in (">=", "=="))


ALL = {name: one for file in FILES for name, one in requirements(file).items()}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
SERVER_EXTRAS = ("postgresql", "label-studio-ml")
ENTRIES = re.findall(r"(?m)^([\w.-]+)==(\S+)((?:[ \\\n]+--hash=sha256:[0-9a-f]{64})*)\s*$", LOCK)
LOCKED: dict[str, Version] = {canonicalize_name(name): Version(version) for name, version, _ in ENTRIES}


@pytest.mark.parametrize("name", sorted(ALL))
def test_a_direct_dependency_has_both_bounds(name: str) -> None:
    operators = {one.operator for one in ALL[name].specifier}
    assert operators == {"=="} or operators == {">=", "<"}


@pytest.mark.parametrize("name", sorted(FIXED))
def test_no_version_with_a_known_advisory_is_admitted(name: str) -> None:
    assert lowest(ALL[name]) >= Version(FIXED[name])
    assert LOCKED[name] >= Version(FIXED[name])


def packaged(lines: list[str]) -> dict[str, Requirement]:
    return {canonicalize_name(one.name): one for one in map(Requirement, lines)}


def test_requirements_and_package_agree() -> None:
    server = packaged([*PROJECT["dependencies"], *(line for name in SERVER_EXTRAS for line in EXTRAS[name])])
    assert server == requirements("requirements.txt")
    others = [line for name, lines in EXTRAS.items() if name != "all" for line in lines]
    assert {name: one for name, one in packaged(others).items() if ALL[name] != one} == {}


def test_the_extra_all_has_every_extra_that_nothing_else_is_needed_for() -> None:
    (everything,) = map(Requirement, EXTRAS["all"])
    assert everything.extras == set(EXTRAS) - {"all", "label-studio-ml"}


def test_the_lock_satisfies_what_the_images_need() -> None:
    wanted = requirements("requirements.txt") | requirements("requirements-image.txt")
    assert set(wanted) - set(LOCKED) == set()
    assert {name: LOCKED[name] for name, one in wanted.items() if LOCKED[name] not in one.specifier} == {}
    assert f"{LABEL_STUDIO_ML}=={LOCKED[LABEL_STUDIO_ML]}" in (ROOT / "Makefile").read_text()


def test_every_entry_of_the_lock_has_hashes() -> None:
    rest = re.sub(r"(?m)^\s*#.*$", "", LOCK)
    for name, version, hashes in ENTRIES:
        assert hashes.count("--hash=sha256:") >= 1, name
        rest = rest.replace(f"{name}=={version}{hashes}", "")
    assert rest.split() == [], "nothing but entries stands in it"


def test_the_lock_names_no_registry() -> None:
    assert not re.search(r"://|--(extra-)?index-url|--find-links|--trusted-host| @ ", LOCK)


def test_the_image_installs_the_lock_and_nothing_beside_it() -> None:
    installs = re.findall(r"pip install ([^\n]*)", (ROOT / "Dockerfile").read_text())
    assert installs[0] == "--no-deps --require-hashes --only-binary :all: -r /src/requirements.lock"
    assert [line.split()[:2] for line in installs[1:]] == [["--no-deps", "--no-build-isolation"]]
