"""A test that asserts nothing passes whatever the code does: there is none.

What counts: `assert`, `pytest.raises` and its like, in the test itself or in a function of the tests that it calls,
defined in the same file, in a class of it, or imported from another.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EXPECTING = {"raises", "warns", "fail", "unavailable"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def called(node: ast.Call) -> str:
    """The name of what a call calls, without what it is an attribute of."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def functions(tree: ast.Module) -> dict[str, Function]:
    """By name, those of the file and the methods of its classes."""
    bodies = [tree.body, *(node.body for node in tree.body if isinstance(node, ast.ClassDef))]
    return {node.name: node for body in bodies for node in body if isinstance(node, Function)}


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def reachable(path: Path) -> dict[str, tuple[Path, Function]]:
    """The test functions that code in `path` can call by name."""
    found = {name: (path, node) for name, node in functions(parsed(path)).items()}
    for node in parsed(path).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("tests", "demo")):
            other = ROOT / f"{(node.module or '').replace('.', '/')}.py"
            if other.exists():
                found = {name: (other, made) for name, made in functions(parsed(other)).items()} | found
    return found


def asserts(path: Path, function: Function, seen: frozenset[str] = frozenset()) -> bool:
    nodes = list(ast.walk(function))
    names = {called(node) for node in nodes if isinstance(node, ast.Call)}
    if names & EXPECTING or any(isinstance(node, ast.Assert) for node in nodes):
        return True
    known = reachable(path)
    return any(asserts(*known[name], seen | names) for name in (names & known.keys()) - seen)


def each_test(path: Path) -> Iterator[Function]:
    return (node for name, node in functions(parsed(path)).items() if name.startswith("test_"))


def silent(path: Path) -> list[str]:
    return [node.name for node in each_test(path) if not asserts(path, node)]


def test_every_test_asserts_something() -> None:
    files = sorted(ROOT.glob("tests/**/test_*.py"))
    assert len(files) > 100
    assert {str(path.relative_to(ROOT)): names for path in files if (names := silent(path))} == {}


def test_the_search_finds_tests_that_assert_nothing(tmp_path: Path) -> None:
    file = tmp_path / "test_some.py"
    file.write_text(
        "def check(x):\n    assert x\n"
        "def compute():\n    return 1\n"
        "def test_direct():\n    assert compute()\n"
        "def test_by_a_helper():\n    check(1)\n"
        "def test_raises():\n    with pytest.raises(ValueError):\n        compute()\n"
        "def test_calls_only():\n    compute()\n"
        "def test_nothing():\n    pass\n"
    )
    assert silent(file) == ["test_calls_only", "test_nothing"]
