"""How large the files and functions of the backend are, and which modules a single other one imports.

`python -m tests.sizes` prints it.
"""

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median, quantiles

from backend.interfaces.cli.commands import PLACES

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted(ROOT.glob("backend/**/*.py"))
COMMANDS = "backend/interfaces/cli/commands/__init__.py"
LISTS = {
    COMMANDS: "commands",
    "backend/interfaces/web/server.py": "routes",
    "backend/interfaces/web/api/routes.py": "routes",
    "backend/interfaces/web/pages/routes.py": "routes",
    "backend/app/app.py": "groups of operations",
    "backend/container/container.py": "parts",
    "backend/container/models.py": "parts",
    "backend/adapters/database/tables/__init__.py": "tables",
    "backend/adapters/providers/registry.py": "ways to reach a model",
    "backend/domain/labels/controls/registry.py": "controls",
    "backend/domain/metrics/controls/measures.py": "measures",
}
"""Module that lists others, so that most of them have no other importer -> what they are."""
REASONS = {
    "listed": f"in a list of their kind: {', '.join(dict.fromkeys(LISTS.values()))}",
    "elsewhere": "in another folder than their importer: a layer or a room begins between them",
    "given by its package": "known to their package, which gives them to others or loads them first",
    "beside": "beside their importer: a noun of their own, with tests of their own, or would make it too long",
}


def lines_of_files() -> dict[str, int]:
    return {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}


def lines_of_functions() -> list[int]:
    """Of each function its lines, ascending, from `def` to the last one, docstring included."""
    return sorted(lines for path in FILES for lines in _functions(_tree(path)))


def longest_functions(least: int) -> list[str]:
    """Those of more than `least` lines, as `file: name`; a migration is one list of steps, and not counted."""
    return [
        f"{name(path)}: {node.name}"
        for path in FILES
        if "versions/0" not in name(path)
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _length(node) > least
    ]


@cache
def single_importers() -> dict[str, str]:
    """Module -> the only module that imports it."""
    importers: dict[str, set[str]] = defaultdict(set)
    for path in FILES:
        for imported in _imports(_tree(path)):
            importers[imported].add(name(path))
    for place in PLACES.values():
        importers[f"backend.interfaces.cli.commands.{place.partition('.')[0]}"].add(COMMANDS)
    modules = {module_of(path): name(path) for path in FILES if path.name != "__init__.py"}
    return {
        modules[module]: next(iter(who)) for module, who in importers.items() if module in modules and len(who) == 1
    }


def kinds_of_single_importers() -> dict[str, int]:
    """Why modules have a single importer -> how many such modules there are."""
    return dict(Counter(_kind(module, importer) for module, importer in single_importers().items()))


def importer_table() -> str:
    """Of docs/architecture.md: why modules have a single importer, and how many do."""
    kinds = kinds_of_single_importers()
    rows = [f"| {REASONS[kind]} | {kinds[kind]} |" for kind in REASONS]
    head = ["| modules with a single importer | number |", "|---|---|"]
    return "\n".join([*head, *rows, f"| all | {len(single_importers())} |"])


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _kind(module: str, importer: str) -> str:
    if importer in LISTS:
        return "listed"
    if Path(importer) == Path(module).parent / "__init__.py":
        return "given by its package"
    return "beside" if Path(module).parent == Path(importer).parent else "elsewhere"


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def module_of(path: Path) -> str:
    return name(path).removesuffix(".py").replace("/", ".")


def _functions(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield _length(node)


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def main() -> None:
    files, functions, single = lines_of_files(), lines_of_functions(), single_importers()
    print(f"{len(files)} files, median {median(files.values()):g} lines, longest {max(files.values())}")
    print(
        f"{len(functions)} functions, median {median(functions):g} lines, 95 % below {quantiles(functions, n=20)[-1]:g}"
    )
    print(importer_table())
    for module, importer in sorted(single.items()):
        print(f"  {module} <- {importer}")


if __name__ == "__main__":
    main()
