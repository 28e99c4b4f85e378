"""How long an answer can be that keeps to its JSON schema. A model that goes on after that only repeats itself."""

import json
from collections.abc import Mapping
from typing import Any

MARGIN = 2
LEAST = 256
"""Tokens; white space, a code fence and a few words beside the object are no fault."""


def most_tokens(schema: Mapping[str, Any]) -> int | None:
    """Twice the longest answer, as many tokens as it has bytes, which is more than any tokenizer makes of it; None for
    a schema that leaves the length open."""
    found = _longest(schema)
    return None if found is None else max(LEAST, MARGIN * len(found))


def _longest(schema: Mapping[str, Any]) -> str | None:
    """As JSON in ASCII, which is how it gets longest; each element of a list once."""
    if "enum" in schema:
        return max(map(json.dumps, schema["enum"]), key=len, default="")
    if schema.get("type") == "array":
        items = schema.get("items", {}).get("enum")
        return None if items is None else json.dumps(items)
    if schema.get("type") != "object":
        return None
    values = {json.dumps(name): _longest(value) for name, value in schema["properties"].items()}
    known = [f"{name}: {value}" for name, value in values.items() if value is not None]
    return "{" + ", ".join(known) + "}" if len(known) == len(values) else None
