"""The greatest length of an answer that follows its JSON schema. A model that writes more only repeats itself."""

import json
from collections.abc import Mapping
from typing import Any

MARGIN = 2
LEAST = 256
"""Tokens; white space, a code fence and a few words beside the object are allowed for."""


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
