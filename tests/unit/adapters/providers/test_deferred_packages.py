import importlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from backend.adapters.providers import deferred_packages

NAME = "deferred_sample"
FILES = {
    "__init__.py": "from .one import One\nfrom .below import Two\n__all__ = ['One', 'Two']\n",
    "one.py": "class One: ...\n",
    "alone.py": "ALONE = 1\n",
    "below/__init__.py": "from .two import Two\n",
    "below/two.py": "from .. import one\nclass Two(one.One): ...\n",
}
COUNT = "import sys; print(sum(name.startswith('openai.types') for name in sys.modules))"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the package of this test is."""
    for name, text in FILES.items():
        file = tmp_path / NAME / name
        file.parent.mkdir(exist_ok=True, parents=True)
        file.write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    deferred_packages.defer(NAME)
    yield tmp_path / NAME
    for name in loaded():
        del sys.modules[name]


def loaded() -> set[str]:
    return {name for name in sys.modules if name.partition(".")[0] == NAME}


def sample() -> ModuleType:
    return importlib.import_module(NAME)


def test_a_package_is_imported_without_its_contents(package: Path) -> None:
    assert sample().__name__ == NAME
    assert loaded() == {NAME}


def test_a_module_of_a_package_is_imported_alone(package: Path) -> None:
    assert importlib.import_module(f"{NAME}.alone").ALONE == 1
    assert loaded() == {NAME, f"{NAME}.alone"}


def test_the_first_name_brings_the_contents(package: Path) -> None:
    here = sample()
    assert here.Two.__mro__[1] is here.One
    assert here.__all__ == ["One", "Two"]
    assert "__getattr__" not in vars(here)


def test_all_names_are_imported_by_a_star(package: Path) -> None:
    names: dict[str, object] = {}
    exec(f"from {NAME} import *", names)
    assert {"One", "Two"} <= names.keys()


@pytest.mark.parametrize("name", ["Three", "__wrapped__"])
def test_an_unknown_name_is_an_attribute_error(package: Path, name: str) -> None:
    with pytest.raises(AttributeError, match=f"'{NAME}' has no attribute '{name}'"):
        getattr(sample(), name)


def test_a_name_that_a_module_needs_too_early_is_missing_as_in_any_package(package: Path) -> None:
    (package / "one.py").write_text("from . import Two\n")
    with pytest.raises(ImportError, match="Two"):
        sample().One  # noqa: B018


def test_contents_that_could_not_be_read_are_read_again(package: Path) -> None:
    (package / "one.py").write_text("raise OSError('The disk is full.')\n")
    with pytest.raises(OSError, match="full"):
        sample().One  # noqa: B018
    (package / "one.py").write_text("class One: 'read at the second time'\n")
    assert sample().One.__doc__


def test_threads_that_ask_at_once_get_the_same_names(package: Path) -> None:
    here, found, together = sample(), list[object](), threading.Barrier(4)

    def ask() -> None:
        together.wait()
        found.append(here.Two)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1


def counted(code: str) -> int:
    done = subprocess.run([sys.executable, "-c", f"{code}; {COUNT}"], capture_output=True, check=True)
    return int(done.stdout)


@pytest.mark.slow
def test_asking_needs_few_of_the_types_of_openai() -> None:
    asking = counted("import backend.adapters.providers.chat_completions")
    assert asking < counted("import openai") / 4
