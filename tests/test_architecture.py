"""The architecture, checked: who may import whom, who reads the environment, what happens at import."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted([*ROOT.glob("backend/**/*.py"), *ROOT.glob("*.py")])
PROGRAMS = [*SOURCES, *(path for folder in ("demo", "benchmarks") for path in sorted(ROOT.glob(f"{folder}/**/*.py")))]
TESTS = sorted(ROOT.glob("tests/**/*.py"))
ENVIRONMENT = {"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"}


@pytest.mark.slow
def test_layers_and_rooms_are_kept_apart() -> None:
    code = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    found = subprocess.run([sys.executable, "-c", code, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout + found.stderr
    assert " 0 broken" in found.stdout


IMPORTERS = {
    "openai": ["backend/adapters/providers/"],
    "httpx2": ["backend/adapters/providers/"],
    "aiohttp": ["backend/adapters/providers/"],
    "httptools": ["backend/adapters/providers/http_connection.py"],
    "yarl": ["backend/adapters/providers/chat_post.py"],
    "tiktoken": ["backend/adapters/providers/tokenizer.py"],
    "genai_prices": ["backend/adapters/providers/prices.py"],
    "sqlalchemy": ["backend/adapters/database/"],
    "alembic": ["backend/adapters/database/engine.py", "backend/adapters/database/migrations/"],
    "label_studio_sdk": ["backend/adapters/label_studio/"],
    "cryptography": ["backend/adapters/key_cipher.py"],
    "dotenv": ["backend/adapters/files/env_file.py", "backend/env_file.py"],
    "httpx": ["backend/adapters/label_studio/", "backend/adapters/providers/llama_cpp.py", "backend/adapters/web/"],
    "PIL": ["backend/adapters/pillow.py"],
    "ijson": ["backend/adapters/label_studio/"],
    "redis": ["backend/adapters/redis/"],
    "rq": ["backend/adapters/redis/"],
    "gepa": ["backend/adapters/gepa.py"],
    "orjson": ["backend/adapters/providers/response.py", "backend/domain/chat/packed.py"],
    "prometheus_client": ["backend/adapters/prometheus.py"],
    "pyarrow": ["backend/adapters/files/parquet.py"],
    "flask": ["backend/interfaces/web/"],
    "click": ["backend/__main__.py", "backend/interfaces/cli/"],
    "rich": ["backend/interfaces/cli/"],
    "jinja2": ["backend/interfaces/presentation/report_page.py"],
    "matplotlib": ["backend/interfaces/presentation/plots.py"],
    "justhtml": ["backend/domain/labels/inputs/dom.py"],
    "label_studio_ml": ["model.py"],
}
"""Each library and the only places that know it."""


class Tree(ast.Module):
    """What a file consists of. It is walked once: a dozen tests here look at each node of each file."""

    def __init__(self, code: str) -> None:
        module = ast.parse(code)
        super().__init__(module.body, module.type_ignores)
        self.nodes = [*ast.walk(module)]


@cache
def _tree(path: Path) -> Tree:
    return Tree(path.read_text())


@cache
def imports_of(path: Path) -> set[str]:
    return imported(_tree(path))


def imported(tree: Tree) -> set[str]:
    """The top packages a file imports, wherever in the file."""
    names: set[str] = set()
    for node in tree.nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module or "")
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("library", IMPORTERS)
def test_each_library_is_known_in_one_place(library: Any) -> None:
    importers = [str(path.relative_to(ROOT)) for path in SOURCES if library in imports_of(path)]
    assert [path for path in importers if not path.startswith(tuple(IMPORTERS[library]))] == []


def reads_environment(tree: Tree) -> bool:
    """`request.environ` is what a client sent."""
    for node in tree.nodes:
        if isinstance(node, ast.Attribute) and node.attr in ENVIRONMENT and ast.unparse(node.value) != "request":
            return True
        if isinstance(node, ast.ImportFrom) and node.module == "os" and {a.name for a in node.names} & ENVIRONMENT:
            return True
    return False


def test_the_search_for_readers_of_the_environment_finds_them() -> None:
    for code in (
        "import os; os.environ['A']",
        "import os as o; o.getenv('A')",
        "from os import environ",
        "x = os.environ",
    ):
        assert reads_environment(Tree(code)), code
    assert not reads_environment(Tree("import os; os.path.join('environ', getenv)"))


def test_only_the_settings_read_the_environment() -> None:
    readers = [str(path.relative_to(ROOT)) for path in SOURCES if reads_environment(_tree(path))]
    assert [path for path in readers if path != "backend/settings.py"] == []


def test_nothing_but_the_adapters_brings_their_libraries_in() -> None:
    """Domain and engine can be used, and tested, without any of the outside systems."""
    heavy = (
        "openai",
        "sqlalchemy",
        "label_studio_sdk",
        "flask",
        "redis",
        "click",
        "aiohttp",
        "httpx2",
        "prometheus_client",
    )
    modules = ("backend.domain.chat.request", "backend.domain.resolution.resolve", "backend.engine.predictor")
    code = "import importlib, sys" + "".join(
        f"\nimportlib.import_module({module!r})"
        f"\nprint(*[f'{module} brings in {{name}}' for name in {heavy} if name in sys.modules])"
        for module in modules
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""


INTERFACES = "backend/interfaces/"
BESIDE_APP = {
    ("cli/commands/init.py", "backend.adapters.files.env_file"): "it writes the settings that an App is made of",
    (
        "cli/commands/report.py",
        "backend.adapters.files.atomic_output",
    ): "a file that a person named is replaced whole",
    ("cli/options/prompt_names.py", "backend.adapters.database.readonly"): "a shell that completes a name waits for no "
    "settings, and makes no database",
    ("web/pages/downloads.py", "backend.adapters.files.csv_jsonl"): "it writes rows of App as the file of the commands",
    ("web/problem.py", "backend.adapters.label_studio.http"): "errors: an answer repeats the status of Label Studio",
    ("web/server.py", "backend.adapters.label_studio.health_probe"): "the name that the probe looks for in /health",
    ("web/sign_in.py", "backend.adapters.label_studio.credential"): "it reads from a request what Label Studio checks",
    ("web/sign_in.py", "backend.adapters.label_studio.http"): "an error: Label Studio knows no such token",
}
"""What an interface imports beside App, and why."""


def imported_adapters(tree: Tree) -> set[str]:
    """The adapters and containers that a file imports, wherever in the file."""
    modules = {alias.name for node in tree.nodes if isinstance(node, ast.Import) for alias in node.names}
    modules |= {node.module or "" for node in tree.nodes if isinstance(node, ast.ImportFrom)}
    return {name for name in modules if name.startswith(("backend.adapters", "backend.container"))}


def test_interfaces_import_no_adapter_beside_app() -> None:
    top = ROOT / INTERFACES
    paths = [path for path in SOURCES if path.is_relative_to(top)]
    found = {(str(path.relative_to(top)), module) for path in paths for module in imported_adapters(_tree(path))}
    assert found == set(BESIDE_APP)


def reached_containers(tree: Tree) -> list[int]:
    """The lines in which something's container is taken."""
    return [node.lineno for node in tree.nodes if isinstance(node, ast.Attribute) and node.attr == "container"]


def test_the_search_for_containers_finds_them() -> None:
    assert reached_containers(Tree("x = 1\ny = visit.app.container.studio\ncontainer = app")) == [2]


def test_interfaces_call_app_and_not_its_parts() -> None:
    """What an interface needs of them is a method of App, for the others too."""
    found = {str(path.relative_to(ROOT)): reached_containers(_tree(path)) for path in SOURCES}
    assert {path: lines for path, lines in found.items() if lines and path.startswith(INTERFACES)} == {}


def test_every_file_of_code_says_why_it_exists() -> None:
    silent = [str(path.relative_to(ROOT)) for path in SOURCES if not ast.get_docstring(_tree(path))]
    assert [path for path in silent if not path.endswith("versions/__init__.py")] == []


CLASS = re.compile(r"^ *class (\w+)[(:]", re.MULTILINE)


def test_a_class_name_is_used_once() -> None:
    """A reader who searches for a name finds one thing, in functions too."""
    places: dict[str, list[str]] = {}
    for path in [*PROGRAMS, *TESTS]:
        for name in CLASS.findall(path.read_text(encoding="utf-8")):
            places.setdefault(name, []).append(str(path.relative_to(ROOT)))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


OF_CHOICES = {"choices", "source", "optional", "single", "multiple"}
CONTROLS = "backend/domain/labels/controls/"


def attributes_of_choices(tree: Tree) -> set[str]:
    """Methods of the same name are other libraries'."""
    methods = {id(node.func) for node in tree.nodes if isinstance(node, ast.Call)}
    attributes = (node for node in tree.nodes if isinstance(node, ast.Attribute) and id(node) not in methods)
    return {node.attr for node in attributes if node.attr in OF_CHOICES}


def test_the_search_for_what_only_choices_have_finds_it() -> None:
    assert attributes_of_choices(Tree("x = [c.name for c in field.choices if not f(field).single]")) == {
        "choices",
        "single",
    }


def test_nothing_outside_the_controls_knows_what_only_choices_have() -> None:
    """Else a new control would have to be taught to all of it."""
    found = {str(path.relative_to(ROOT)): attributes_of_choices(_tree(path)) for path in SOURCES}
    assert {path: names for path, names in found.items() if names and not path.startswith(CONTROLS)} == {}


MADE_OF_OTHERS = {"RelationsControl", "RepeatedControl"}
"""They hold, or relate, what other controls say: what puts an answer together treats them apart."""


def kinds_of_controls() -> set[str]:
    """The classes of single kinds of control, and the functions that build them."""
    defined = (node for path in (ROOT / CONTROLS).rglob("*.py") for node in _tree(path).body)
    named = {node.name for node in defined if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    return {name for name in named if name.endswith("Control") or name.startswith("build_")} - {"Control"}


def test_nothing_outside_the_controls_names_a_single_kind_of_control() -> None:
    kinds = kinds_of_controls()
    assert {"ChoicesControl", "build_choices", "BoxesControl", "build_boxes", *MADE_OF_OTHERS} <= kinds
    named = {
        (str(path.relative_to(ROOT)), alias.name)
        for path in SOURCES
        for node in _tree(path).nodes
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name in kinds - MADE_OF_OTHERS
    }
    assert {(path, name) for path, name in named if not path.startswith(CONTROLS)} == set()


PRIVATE = {
    "backend/adapters/label_studio/sdk_internals.py": {"_client_wrapper"},
    "backend/adapters/providers/capped_body.py": {"_content"},
    "backend/early.py": {"_exit"},  # documented, in spite of its name
}
"""The files that reach private parts of other libraries, and which: an update may take them away."""
PUBLIC = {"_asdict", "_mapping"}
"""Names of NamedTuple and SQLAlchemy that begin like private ones, so as not to clash with columns."""


def private_names(tree: Tree) -> tuple[set[str], set[str]]:
    """Those a file defines, and those it takes from whatever object."""
    defined: set[str] = set()
    taken: set[str] = set()
    for node in tree.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            defined.add(node.name)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            defined.add(node.target.id)
        elif isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.startswith("__"):
            own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
            (defined if own else taken).add(node.attr)
    return defined, taken


def test_private_parts_of_libraries_are_reached_in_one_named_file_each() -> None:
    found = {str(path.relative_to(ROOT)): private_names(_tree(path)) for path in SOURCES}
    ours = set().union(*(defined for defined, _ in found.values())) | PUBLIC
    assert {path: left for path, (_, taken) in found.items() if (left := taken - ours)} == PRIVATE


def test_what_is_reached_in_private_is_still_there() -> None:
    import httpx2
    from label_studio_sdk.base_client import LabelStudioBase

    from backend.adapters.label_studio.sdk_internals import http_client_of

    assert callable(http_client_of(LabelStudioBase(base_url="http://localhost:1", api_key="none")).stream)
    response = httpx2.Response(200)
    response._content = b"kept"
    assert response.content == b"kept"


def test_no_assert_decides_what_the_program_does() -> None:
    """Python run with -O leaves them out."""
    having = [path for path in PROGRAMS if any(isinstance(node, ast.Assert) for node in _tree(path).nodes)]
    assert having == []
