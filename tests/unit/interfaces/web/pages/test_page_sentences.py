"""No sentence of the program leaves a command or an option on the page: all that are written in the source are read."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from backend.domain.dataset.subset import Subset
from backend.interfaces.web.pages.page_words import in_page_words
from backend.services.analysis.compare import not_asked

ROOT = Path(__file__).resolve().parents[5]
LAYERS = ("domain", "engine", "services", "app", "container", "adapters", "interfaces/presentation")
SPOKEN = re.compile(r"ls-prompts |(?<![\w(-])--[a-z]")
"""A command, or an option of one."""
OF_THE_SERVER = ("calibrate", "connect-model", "connections", "doctor", "relabel", "serve", "worker")
"""Commands with nothing like them on the page. They stay there, for those who run the server."""
_OF_THE_SERVER = re.compile(rf"`ls-prompts (?:{'|'.join(OF_THE_SERVER)})\b[^`]*`")

ELSEWHERE = {
    "only `export` writes it into files": ("Nobody said (`export --licence`)", "# Ground truths of"),
    "only `connect` does it": ("Label Studio asks only the first backend for predictions", "now they get live ones"),
    "it is said at the beginning and the end of a run that a command waits for; of others it goes to the log": (
        "--keep keeps both, --no-push leaves Label Studio alone",
        "shows them that version everywhere",
        "the Data Manager's score column is of that",
        "--take-over` replaces them too",
    ),
    "only `--version` says it": ("(this version of ls-prompts needs",),
    "it goes to the log alone": ("were left over had a prediction",),
    "arguments of our own processes": ("--part", "--processes"),
}
"""Why sentences cannot come to the page -> something that each has and no other."""

PARTS = ("`ls-prompts withdraw 'two words@3' --take-over` deletes them too.",)
"""What sentences are made of, which the other tests here and those of `page_words` read whole."""


def filled(node: ast.expr) -> str:
    """The text of a string; a name that is quoted for a shell, or a number, in place of each value."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(map(filled, node.values))
    return "'two words@3'" if "quote(" in ast.unparse(node) else "7"


def strings(tree: ast.AST) -> Iterator[str]:
    """Those of a file that are no docstrings, and no parts of another."""
    nodes = list(ast.walk(tree))
    inside = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
    inside |= {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in inside:
            yield filled(node)


@cache
def sentences() -> dict[str, str]:
    """Those with a command or an option -> the file."""
    paths = [path for layer in LAYERS for path in sorted((ROOT / "backend" / layer).rglob("*.py"))]
    paths = [path for path in paths if "migrations" not in path.parts]  # they read what earlier releases wrote
    codes = {path: code for path in paths if "ls-prompts" in (code := path.read_text()) or "--" in code}
    return {
        text: str(path.relative_to(ROOT))
        for path, code in codes.items()
        for text in strings(ast.parse(code))
        if SPOKEN.search(text)
    }


def left(sentence: str) -> bool:
    """Whether a command or an option is left on the page that somebody without a shell cannot use."""
    return SPOKEN.search(without_the_server(in_page_words(sentence))) is not None


def without_the_server(sentence: str) -> str:
    """Without the commands for those who run the server."""
    return _OF_THE_SERVER.sub("", sentence)


def test_the_search_for_sentences_finds_them() -> None:
    code = '"""`ls-prompts a`"""\ndef f():\n    "--doc"\n    raise E(f"Run {quote(x)}: " "`ls-prompts b`.")\nx = "--on"'
    assert sorted(strings(ast.parse(code))) == ["--on", "Run 'two words@3': `ls-prompts b`."]


def test_no_sentence_leaves_a_command_or_an_option_on_the_page() -> None:
    apart = [marker for markers in ELSEWHERE.values() for marker in markers]
    found = {
        text: path
        for text, path in sentences().items()
        if left(text) and text not in PARTS and not any(marker in text for marker in apart)
    }
    assert found == {}


def test_what_cannot_come_to_the_page_is_still_there() -> None:
    said = "\n".join(sentences())
    assert [marker for markers in ELSEWHERE.values() for marker in markers if marker not in said] == []
    assert [part for part in PARTS if part not in sentences()] == []


def test_a_version_that_was_not_asked_leads_to_a_run() -> None:
    assert str(not_asked("mood@1", 7, Subset("ground-truth"))) == (
        "mood@1 has no answer to any of the 7 tasks with a ground truth: run it on the ground truths first."
    )


def test_a_sentence_of_several_parts_is_said_whole() -> None:
    sentence = "2 predictions stay there; `ls-prompts withdraw a@1 --take-over` deletes them too."
    assert in_page_words(sentence) == "2 predictions stay there; delete them in Label Studio."
