"""Plain English: docs, docstrings, comments, errors and help use the words of docs/glossary.md, not private ones.

Each entry is a word or phrase that people could not look up, with its replacement. A word that also has a standard use
stands here only with the words around it that make it private.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
CODE = ("domain", "engine", "adapters", "services", "container", "app", "interfaces")
BESIDE = [path for folder in ("demo", "benchmarks", "tests") for path in sorted((ROOT / folder).rglob("*.py"))]
SOURCES = [
    *sorted((ROOT / "backend").glob("*.py")),
    *(
        path
        for layer in CODE
        for path in sorted((ROOT / "backend" / layer).rglob("*.py"))
        if "versions/0" not in path.as_posix()
    ),  # migrations describe the tables of their time
]
FORBIDDEN = {
    r"twice is once": "safe to run again",
    r"from which on": "the lowest … from which up",
    r"the last word counts": "the last one counts",
    r"\bmend(s|ed|able|ing)?\b": "fix, correct",
    r"(?<!there )\bis no (valid|number|address|split|subset|version|range|source|LLM|JSON|YAML|budget)\b": "is not a",
    r"\bAnnex\b": "Repository",
    r"\bstint\b": "run ownership",
    r"\bcrew\b": "workers, worker pool",
    r"\bthrift\b": "budgeted model",
    r"\bpurse\b": "budget allocation",
    r"\basker\b": "request executor",
    r"\bin hand\b": "owned",
    r"\bleftovers?\b": "overflow runs",
    r"\bpulse\b": "heartbeat",
    r"\b(the|this|another|one) record\b": "the database",
    r"\bcompletions are a fact\b": "stored completions",
    r"\bstored facts\b": "stored completions",
    r"\bset aside\b": "reserved, quarantined",
    r"\b(same|whole|share a) record\b": "the same database",
    r"\bkeeps? the promise\b": "guarantee",
    r"\bwhoever gave the order\b": "the user who started this",
    r"\bwhat came is kept\b": "its answers are kept",
}
PRIVATE_NAMES = {
    "annex": "repository",
    "asker": "request executor",
    "crew": "worker pool",
    "dialect": "request format",
    "ending": "run options",
    "facts": "stored completions, store",
    "fleet": "coordination",
    "give_back": "release",
    "in_hand": "owned",
    "keeper": "poller",
    "leave_over": "overflow runs",
    "left_over": "overflow runs",
    "leftovers": "overflow runs",
    "lessons": "feedback",
    "mend": "fix",
    "pace": "adaptive limit, rate",
    "prober": "warm-up request",
    "promise": "confidence threshold",
    "pulse": "heartbeat",
    "pupil": "feedback",
    "purse": "budget allocation",
    "recipe": "request builder",
    "recorder": "completion writer",
    "remarks": "caveats",
    "set_aside": "reserve, quarantine",
    "shelf": "batch stores",
    "stint": "run ownership",
    "tally": "counts",
    "tell": "notify, send",
    "thrift": "budgeted model",
    "told_apart": "what it decides by",
    "trial": "try",
    "voices": "ensemble votes",
    "wish": "request, options, form",
}
"""Names that people could not look up -> what glossary and field call it."""
ROLES = {
    "asked": "requests, models, versions, question",
    "found": "what was found: selection, result, agreement",
    "given": "value, items, answered, text",
    "gone": "what went: removed, missing, deleted",
    "known": "the thing known: profile, order, names",
    "one": "the thing: share, task, request",
    "remark": "caveat, notice",
    "place": "span, position, index, address, target",
    "said": "text, values, prefix, detail",
    "seen": "ids, texts, usages, visible, last_used",
    "shown": "name, lines, visible, public_url",
    "told": "sentence, message, fields",
    "wanted": "expected, filters, ids, instruction",
}
"""Names that say what happened to a thing or how many there are, and not which thing it is."""
OF_OTHERS = {
    ("one", "adapters/database"): "SQLAlchemy",
    ("asked", "adapters/database"): "a column of canaries",
    ("seen", "adapters/database"): "a column of runs and chunks",
    ("dialect", "adapters/database"): "SQLAlchemy",
    ("tell", "services/runs/batch"): "Python's files",
}
IN_COMMANDS = re.compile(r"ls-prompts|(?<![\w(-])--[a-z]|`export --")
"""A command or an option, of which pages and the API know nothing."""
NAMING_COMMANDS = {
    "adapters/processes.py": "the arguments of our own processes",
    "services/runs/local_processes.py": "the arguments of our own processes",
    "services/setup/installation.py": "the name of the program, in `--version`",
    "services/analysis/chat_export.py": "a file that the command `export` writes, for somebody at a terminal",
    "services/overflow_runs.py": "a line of the log, for those who run the server",
    # sentences that are handed on as text, while something is done; on the page, `page_words` says them otherwise
    "engine/sampling.py": "why a version has no scores",
    "services/auto_accept.py": "which predictions are left alone",
    "services/dataset/resolved_version.py": "which calibration is not applied",
    "services/keep_up/switching.py": "that the server's address is not known",
    "services/predictions/forecast.py": "what a push will change",
    "services/predictions/sync.py": "which predictions a push left",
    "services/predictions/target_project.py": "what annotators saw",
    "services/predictions/version_predictions.py": "which predictions a withdrawal left",
    "services/projects.py": "what else is connected",
}
"""Files below the interfaces with texts that name commands or options -> which, and why."""
PATTERNS = [(re.compile(phrase, re.IGNORECASE), instead) for phrase, instead in FORBIDDEN.items()]
SHOWN = ("echo", "print", "notify", "warn", "UsageError", "BadParameter", "option", "argument", "command")


def private_words(text: str) -> list[str]:
    """Each private word of `text` with its replacement; line breaks count as spaces, names of code are left out."""
    plain = " ".join(re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.DOTALL).split())
    return [f"{match[0]!r}: {instead}" for pattern, instead in PATTERNS if (match := pattern.search(plain))]


def prose(source: str) -> Iterator[tuple[int, str]]:
    """(line, text) of what people read in a module: docstrings, comments, and texts of errors and messages."""
    tree = ast.parse(source)
    yield from docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) or (isinstance(node, ast.Call) and _is_shown(node)):
            yield node.lineno, _literals(node)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def docstrings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield getattr(node, "lineno", 1), ast.get_docstring(node) or ""


def identifiers(source: str) -> Iterator[tuple[int, str]]:
    """(line, name) of each class, function, parameter, attribute and variable of a module."""
    for node in ast.walk(ast.parse(source)):
        for field in ("name", "arg", "attr", "id", "asname"):
            if isinstance(name := getattr(node, field, None), str):
                yield getattr(node, "lineno", 1), name


def private_names(name: str) -> list[str]:
    """Each private word in an identifier, and one of ROLES if it is the whole of it. A name is cut at underscores and
    capitals."""
    words = "_".join(re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)).lower()
    return [*(word for word in PRIVATE_NAMES if f"_{word}_" in f"_{words}_"), *({words} & ROLES.keys())]


def _is_shown(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name in SHOWN


def _literals(node: ast.AST) -> str:
    return " ".join(
        part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_pages_use_the_words_of_the_glossary(page: Path) -> None:
    assert private_words(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("layer", ["", *CODE])
def test_code_uses_the_words_of_the_glossary(layer: str) -> None:
    sources = [
        path
        for path in SOURCES
        if path.relative_to(ROOT / "backend").as_posix().rpartition("/")[0].split("/")[0] == layer
    ]
    assert sources
    assert [
        f"{path.relative_to(ROOT)}:{line}: {word}"
        for path in sources
        for line, text in prose(path.read_text(encoding="utf-8"))
        for word in private_words(text)
    ] == []


@pytest.mark.parametrize("layer", ["", "app", "container", *CODE])
def test_identifiers_use_the_words_of_the_glossary(layer: str) -> None:
    top = ROOT / "backend" / layer
    sources = [
        path for path in (top.rglob("*.py") if layer else top.glob("*.py")) if "versions/0" not in path.as_posix()
    ]
    assert sources
    assert [
        f"{path.relative_to(ROOT)}:{line}: '{name}': {(PRIVATE_NAMES | ROLES)[word]}"
        for path in sources
        for line, name in [(1, path.stem), *identifiers(path.read_text(encoding="utf-8"))]
        for word in private_names(name)
        if not any(word == other and f"backend/{room}/" in path.as_posix() for other, room in OF_OTHERS)
    ] == []


def names_commands(node: ast.AST) -> bool:
    """Whether a text in it, beside docstrings, names a command or an option."""
    described = {id(part.value) for part in ast.walk(node) if isinstance(part, ast.Expr)}
    texts = (part for part in ast.walk(node) if isinstance(part, ast.Constant) and id(part) not in described)
    return any(isinstance(text.value, str) and IN_COMMANDS.search(text.value) is not None for text in texts)


def below_interfaces() -> Iterator[tuple[str, ast.Module]]:
    """(file, what it consists of)"""
    top = ROOT / "backend"
    for path in SOURCES:
        if top / "interfaces" not in path.parents:
            yield path.relative_to(top).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def test_only_interfaces_name_commands_and_options() -> None:
    """Below them an error has an `Advice`, which each interface words: the page and the API show the same errors."""
    naming = {name: tree for name, tree in below_interfaces() if names_commands(tree)}
    assert sorted(naming) == sorted(NAMING_COMMANDS)
    raised = ((name, node) for name, tree in naming.items() for node in ast.walk(tree) if isinstance(node, ast.Raise))
    assert [f"backend/{name}:{node.lineno}" for name, node in raised if names_commands(node)] == []


@pytest.mark.parametrize(
    "name",
    [
        "tally_of",
        "PlacementTally",
        "_in_hand",
        "RequestDialect",
        "set_aside",
        "SPACE_PACE",
        "said",
        "_known",
        "Found",
        "_told",
    ],
)
def test_private_words_in_names_are_found(name: str) -> None:
    assert private_names(name) != []


@pytest.mark.parametrize(
    "name", ["totally", "space", "recommend", "given_back", "asides_set", "promised", "teller", "place_of"]
)
def test_names_that_only_look_like_them_are_left_alone(name: str) -> None:
    assert private_names(name) == []


def test_docstrings_beside_the_code_use_the_words_of_the_glossary() -> None:
    assert [
        f"{path.relative_to(ROOT)}:{line}: {word}"
        for path in BESIDE
        for line, text in docstrings(ast.parse(path.read_text(encoding="utf-8")))
        for word in private_words(text)
    ] == []


@pytest.mark.parametrize(
    "text",
    ["safe to repeat: twice\nis once", "what to mend", "in the record", "'x' is no number", "who looks after the crew"],
)
def test_private_words_are_found(text: str) -> None:
    assert private_words(text) != []


@pytest.mark.parametrize(
    "text",
    [
        "Recommended settings, amended later",
        "There is no version sentiment@3",
        "record a metric; records of the database",
        "There is no label",
        "the screw",
        "Completions are facts",
    ],
)
def test_standard_uses_of_a_word_are_left_alone(text: str) -> None:
    assert private_words(text) == []


def test_strings_that_nobody_reads_are_left_alone() -> None:
    assert [text for _, text in prose('key = "pulse"\nraise ValueError("a crew")\n') if text] == ["a crew"]


def test_described_parameters_exist() -> None:
    """A line `name: …` below a docstring's sentence names a parameter or an attribute."""
    assert [f"{path.relative_to(ROOT)}: {name}" for path in SOURCES for name in _unknown_names(path)] == []


def _unknown_names(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (ast.get_docstring(node) or "").split("\n")[1:]
            described = [match[1] for line in lines if (match := re.match(r"([a-z_]+(?:, [a-z_]+)*): ", line))]
            names = _names_in(node)
            yield from (name for group in described for name in group.split(", ") if name not in names)


def _names_in(node: ast.AST) -> set[str]:
    """Parameters and attributes that occur in a class or function."""
    names = set()
    for part in ast.walk(node):
        if isinstance(part, ast.arg):
            names.add(part.arg)
        elif isinstance(part, ast.Name):
            names.add(part.id)
        elif isinstance(part, ast.Attribute):
            names.add(part.attr)
        elif isinstance(part, ast.FunctionDef):
            names.add(part.name)
    return names
