"""Answer length: the greatest length of an answer that follows its JSON schema. A model that writes more only repeats
itself."""

import json
from collections.abc import Mapping
from typing import Any

MARGIN = 2
LEAST = 256
"""Tokens; white space, a code fence and a few words beside the object are allowed for."""

_BOUNDS = ("max_tokens", "max_completion_tokens")
_THOUGHTS = ("think", "reason")
_SWITCHES = (
    *("effort", "type", "enabled", "budget", "budgettokens", "maxtokens"),
    *("think", "thinking", "reasoning", "enablethinking", "thinkingbudget", "reasoningeffort"),
)
"""What turns thinking off, without underscores, such as `{"reasoning": {"effort": "none"}}`. Others hide it at most."""
_OFF = ("none", "off", "disabled", "false")


def is_length_free(parameters: Mapping[str, Any]) -> bool:
    """Whether parameters bound the answer themselves or ask the model to think aloud, at any depth.

    Their names say so: a text such as `{"stop": ["reason"]}` asks for nothing.
    """
    return any(_frees(name.lower(), value) for name, value in parameters.items())


def _frees(name: str, value: Any) -> bool:
    if name in _BOUNDS:
        return True
    if any(word in name for word in _THOUGHTS):
        return not _is_off(name, value)
    if isinstance(value, list):
        return any(_frees("", item) for item in value)
    return isinstance(value, Mapping) and is_length_free(value)


def _is_off(name: str, value: Any) -> bool:
    """Whether a parameter about thinking turns it off, or says nothing. Of an object, all that it gives must do so."""
    if isinstance(value, Mapping):
        switches = {name: item for name, item in value.items() if _is_switch(name)}
        return bool(switches) and all(_is_off(name, item) for name, item in switches.items())
    if not _is_switch(name):
        return False
    return value.lower() in _OFF if isinstance(value, str) else not value


def _is_switch(name: str) -> bool:
    return name.lower().replace("_", "") in _SWITCHES


def most_tokens(schema: Mapping[str, Any]) -> int | None:
    """Twice the byte length of the longest answer, more tokens than any tokenizer needs; None if the schema has no
    bound."""
    longest = _longest(schema)
    return None if longest is None else max(LEAST, MARGIN * len(longest))


def _longest(schema: Mapping[str, Any]) -> str | None:
    """The longest answer as ASCII JSON, the longest form; each element of a list once."""
    if "enum" in schema:
        return max(map(json.dumps, schema["enum"]), key=len, default="")
    if schema.get("type") == "array":
        items = schema.get("items", {}).get("enum")
        return None if items is None else json.dumps(items)
    if schema.get("type") != "object":
        return None
    values = {json.dumps(name): _longest(value) for name, value in schema["properties"].items()}
    bounded = [f"{name}: {value}" for name, value in values.items() if value is not None]
    return "{" + ", ".join(bounded) + "}" if len(bounded) == len(values) else None
