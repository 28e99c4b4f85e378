"""Prompt files: a prompt version as plain text, so that a team can keep its prompts in git.

A file is the template, which is the user's message, optionally below a header of YAML between two `---` lines with
`project`, `connection`, `model`, the second model of a cascade (`then`, `below`), `note`, `confidence`, the system part
(`system: |` and indented lines), the well-known parameters (`temperature: 0`), other parameters below `parameters:`,
label definitions below `labels:`, and examples below `examples:`. Without a header the whole file is the template.

The first `---` is the first line. Below empty lines, or with blanks behind it, it may as well be a rule in a text: then
it begins a header only if the header has an end, and begins with a known name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any

import yaml

from backend.domain.connections.connection import DEFAULT
from backend.domain.prompts.confidence_option import LOGPROBS
from backend.domain.prompts.definitions import Listed, listed
from backend.domain.prompts.examples import Examples, examples_json, read_examples
from backend.domain.prompts.parameters import CHECKS
from backend.domain.prompts.prompt_yaml import Blank, Block, Dumper, LineDumper, PlainLoader, Row, as_texts, repeated
from backend.domain.prompts.second_model import BELOW, NONE, THEN, SecondModel, second_lines, second_of, take_second
from backend.domain.prompts.version import PromptVersion, nearest
from backend.errors import PromptError

FENCE = "---"
_BEGIN = re.compile(r"(?:[ \t]*\n)*---[ \t]*\n")
_END = re.compile(r"\n---[ \t]*(?:\n|\Z)")
"""Blanks behind a fence and empty lines above it cannot be seen."""
OTHERS = "parameters"
LABELS = "labels"
EXAMPLES = "examples"
SYSTEM = "system"
TEXTS = ("model", "connection", THEN, "note", "confidence")
KEYS = ("project", "model", "connection", THEN, BELOW, "note", "confidence", SYSTEM, OTHERS, LABELS, EXAMPLES, *CHECKS)
_NAMED = re.compile(rf"(?:[ \t]*(?:#.*)?\n)*(?:{'|'.join(KEYS)})[ \t]*:(?:\s|$)", re.MULTILINE)
"""What a header begins with whose first fence can't be told from a rule in a text: a line with a known name."""


@dataclass(frozen=True, slots=True)
class PromptFile:
    """A prompt file. None for what it does not contain.

    project: the project that it was saved for
    labels: "" for a label that is only listed
    """

    template: str
    model: str | None = None
    note: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    project: int | None = None
    labels: Listed = field(default_factory=dict)
    confidence: str = LOGPROBS
    examples: Examples | None = None
    system: str = ""
    connection: str | None = None
    second: SecondModel = NONE


def read_prompt_file(text: str) -> PromptFile:
    """Raises PromptError for an empty template, or a header that does not end, is not YAML or has an unknown key."""
    header, labels, text = _parts(text.removeprefix("\ufeff").replace("\r\n", "\n"))
    if not text.strip():
        raise PromptError("The prompt is empty: write what the model should do, with the task's variables in braces.")
    model, note, project = header.pop("model", None), header.pop("note", ""), _project(header.pop("project", None))
    connection = _connection(header.pop("connection", None), model)
    confidence = header.pop("confidence", None)
    confidence = LOGPROBS if confidence is None else str(confidence)
    stored_examples = header.pop(EXAMPLES, None)
    examples = None if stored_examples is None else read_examples(stored_examples)
    system, second = _system(header.pop(SYSTEM, None)), take_second(header)
    parameters = {**_others(header.pop(OTHERS, None)), **header}
    model = None if model is None else str(model)
    note = "" if note is None else str(note)
    rest = (note, parameters, project, labels, confidence, examples, system, connection, second)
    return PromptFile(clean_text(text), model, *rest)


def _parts(text: str) -> tuple[dict[str, Any], Listed, str]:
    """The header's content, its labels, and the text below."""
    begin = _BEGIN.match(text)
    if begin is None:
        return {}, {}, text
    end = _END.search(text, begin.end() - 1)
    if not text.startswith(FENCE + "\n") and (end is None or not _NAMED.match(text, begin.end())):
        return {}, {}, text  # a template that begins with a rule
    if end is None:
        raise PromptError(
            "The header that begins with the first line --- has no end: write a second line --- below it."
        )
    header, labels = _header(text[begin.end() : end.start() + 1], begin[0].count("\n"))
    return header, labels, text[end.end() :]


def clean_text(text: str) -> str:
    """A template as a file holds it: with plain line ends, and without empty lines around it."""
    return text.replace("\r\n", "\n").strip("\r\n")


def write_prompt_file(version: PromptVersion) -> str:
    """The inverse: the file contains the whole content of the version, its project and its note."""
    parts = (version.template, version.model, version.note, version.parameters, version.project)
    connection = None if version.connection == DEFAULT else version.connection
    rest = (listed(version.definitions), version.confidence, version.examples, version.system, connection)
    return file_text(PromptFile(*parts, *rest, second_of(version.cascade)))


def file_text(file: PromptFile) -> str:
    """The text of a prompt file."""
    others = {name: value for name, value in file.parameters.items() if name not in CHECKS}
    target = {"project": file.project, "model": file.model, "connection": file.connection}
    header: dict[str, Any] = {name: value for name, value in target.items() if value is not None}
    header |= second_lines(file.second)
    header |= {name: value for name, value in file.parameters.items() if name in CHECKS}
    header |= {OTHERS: others} if others else {}
    header |= {"confidence": file.confidence} if file.confidence != LOGPROBS else {}
    header |= {"note": file.note} if file.note else {}
    header |= {SYSTEM: Block(file.system)} if file.system else {}
    header |= {LABELS: _spaced(file.labels)} if file.labels else {}
    lines = yaml.dump(header, Dumper=Dumper, allow_unicode=True, sort_keys=False) if header else ""
    lines += "" if file.examples is None else _example_lines(file.examples)
    return f"{FENCE}\n{lines}{FENCE}\n{file.template}\n"


def _connection(connection: object, model: object) -> str | None:
    """Raises PromptError for one without a model: OPENAI_MODEL is a model of another server."""
    if connection is not None and model is None:
        raise PromptError("The prompt file names a connection and no model: write a line 'model: NAME' beside it.")
    return None if connection is None else str(connection)


def _example_lines(examples: Examples) -> str:
    """One line for each example, so that a diff shows what changed."""
    content = examples_json(examples)
    content["pool"] = [Row(example) for example in content["pool"]]
    return yaml.dump({EXAMPLES: content}, Dumper=LineDumper, allow_unicode=True, sort_keys=False, width=inf)


def _spaced(labels: Listed) -> dict[str, Any]:
    """With space for a sentence beside each label."""
    return {
        name: (meaning or Blank()) if isinstance(meaning, str) else _spaced(meaning) for name, meaning in labels.items()
    }


def _header(text: str, above: int) -> tuple[dict[str, Any], Listed]:
    """Its content, and separately the labels. `above`: number of lines above it."""
    try:
        loader = PlainLoader(text)
        root = loader.get_single_node()
        if isinstance(root, yaml.MappingNode):
            _check_names(root)
            for mapping in (root, *_inner(root, THEN)):
                as_texts(mapping, TEXTS)
        labels = _take_labels(root)
        header = loader.construct_document(root) if root is not None else None
    except yaml.MarkedYAMLError as error:
        raise PromptError(_not_yaml(error, above)) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise PromptError("The header between the --- lines is not YAML: write lines like 'temperature: 0'.") from None
    if header is None:
        return {}, labels
    if not isinstance(header, dict) or not all(isinstance(key, str) for key in header):
        raise PromptError("The header between the --- lines must hold lines like 'temperature: 0'.")
    for key in header:
        if key not in KEYS:
            raise PromptError(
                f"The header between the --- lines has '{key[:40]}': {nearest(key, KEYS)} "
                f"Any other parameter of the provider's API goes below a line '{OTHERS}:'."
            )
    return header, labels


def _check_names(root: yaml.MappingNode) -> None:
    """Raises PromptError for a name that stands there twice, of which YAML would take the last."""
    if twice := next(filter(None, map(repeated, (root, *_inner(root, OTHERS)))), None):
        raise PromptError(f"The header between the --- lines has '{twice[:40]}' twice: leave out one of them.")


def _inner(root: yaml.MappingNode, name: str) -> list[yaml.MappingNode]:
    """The mapping below a name; none where something else stands there."""
    return [value for key, value in root.value if key.value == name and isinstance(value, yaml.MappingNode)]


def _not_yaml(error: yaml.MarkedYAMLError, above: int) -> str:
    """The number of the line is the editor's."""
    line = f" in line {error.problem_mark.line + 1 + above}" if error.problem_mark else ""
    return (
        f"The header between the --- lines is not YAML{line}: write lines like 'temperature: 0', and put a text that "
        "holds a colon or begins with a sign in double quotes."
    )


def _take_labels(root: yaml.Node | None) -> Listed:
    """Takes the labels out of the header as they are written: YAML would read a label `Yes` as true."""
    if not isinstance(root, yaml.MappingNode):
        return {}
    pairs = [pair for pair in root.value if pair[0].value == LABELS]
    root.value = [pair for pair in root.value if pair[0].value != LABELS]
    listing = _listing(pairs[-1][1]) if pairs else {}
    return {} if isinstance(listing, str) and not listing.strip() else _mapping(listing)


def _listing(node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return str(node.value)
    if isinstance(node, yaml.MappingNode) and all(isinstance(key, yaml.ScalarNode) for key, _ in node.value):
        entries = {str(key.value): _listing(value) for key, value in node.value}
        return entries if len(entries) == len(node.value) else None  # one of two sentences for a label would be lost
    return None


def _mapping(listing: Any) -> Listed:
    """Raises PromptError for anything but label -> sentence or control -> label -> sentence."""
    inner = listing.values() if isinstance(listing, dict) else [None]
    deepest = [value for entry in inner for value in (entry.values() if isinstance(entry, dict) else [entry])]
    if not isinstance(listing, dict) or not all(isinstance(value, str) for value in deepest):
        raise PromptError(
            f"The header's '{LABELS}' must hold lines like '  Refund: wants money back', each below the other "
            "and each label once; with several controls, below a line with the control's name each."
        )
    return listing


def _project(project: Any) -> int | None:
    if project is None or (isinstance(project, int) and not isinstance(project, bool) and project > 0):
        return project
    raise PromptError("The header's 'project' is not a number: write the project's number, like 'project: 12'.")


def _others(parameters: Any) -> dict[str, Any]:
    if parameters is None:
        return {}
    if not isinstance(parameters, dict) or not all(isinstance(key, str) for key in parameters):
        raise PromptError(f"The header's '{OTHERS}' must hold lines like '  top_k: 20', each below the other.")
    return parameters


def _system(system: Any) -> str:
    if system is None or isinstance(system, str):
        return (system or "").strip()
    raise PromptError(f"The header's '{SYSTEM}' must be a text: write it in indented lines below a line '{SYSTEM}: |'.")
