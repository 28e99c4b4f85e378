"""What the installed SDK says of the Prompts API: its calls with what they send, and the models that it reads.

Read from its own source, so that a new release that calls something else is noticed.
"""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import label_studio_sdk

FOLDER = Path(label_studio_sdk.__file__).parent
MODULES = ("prompts", "prompts/versions", "prompts/runs", "prompts/indicators", "model_providers")
SUFFIX = re.compile(r"HttpResponse\[(.*)\]$")
MODEL = re.compile(r"\b([A-Z]\w+)\b")
GENERIC = {"List", "Optional", "Dict", "Any", "None"}


def description() -> dict[str, Any]:
    """Call -> method, path, query, body and answer; and model -> its fields."""
    calls = {name: call for module in MODULES for name, call in _calls(module)}
    models = {name for call in calls.values() for name in MODEL.findall(call["answer"]) if name not in GENERIC}
    return {"calls": calls, "models": {name: fields for name in sorted(models) if (fields := _fields(name))}}


def _calls(module: str) -> Iterator[tuple[str, dict[str, Any]]]:
    tree = ast.parse((FOLDER / module / "raw_client.py").read_text())
    client = next(part for part in tree.body if isinstance(part, ast.ClassDef) and part.name.startswith("Raw"))
    for function in client.body:
        if isinstance(function, ast.FunctionDef) and function.name != "__init__":
            yield f"{module.replace('/', '.')}.{function.name}", _call(function)


def _call(function: ast.FunctionDef) -> dict[str, Any]:
    request = next(part for part in ast.walk(function) if isinstance(part, ast.Call) and _is_request(part))
    given = {word.arg: word.value for word in request.keywords}
    path = re.sub(r"\{\w+\((\w+)\)\}", r"{\1}", ast.unparse(request.args[0]).removeprefix("f").strip("'"))
    answer = SUFFIX.match(ast.unparse(function.returns)) if function.returns else None
    return {
        "method": ast.literal_eval(given["method"]),
        "path": f"/{path}",
        "query": _names(given.get("params")),
        "body": _names(given.get("json")),
        "answer": answer[1] if answer else "",
    }


def _is_request(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "request"


def _names(sent: ast.expr | None) -> list[str]:
    return sorted(ast.literal_eval(key) for key in sent.keys if key) if isinstance(sent, ast.Dict) else []


def _fields(model: str) -> list[str]:
    kind = getattr(importlib.import_module("label_studio_sdk.types"), model, None)
    return sorted(kind.model_fields) if kind is not None else []
