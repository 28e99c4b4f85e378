"""Abilities of a model: what one small request each finds out about it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Body = dict[str, Any]
Reply = Mapping[str, Any]
MOST_ALTERNATIVES = 20
SHORT = 16
"""Tokens of an answer that is to be cut."""
_QUESTION = "Is the writer of this happy, yes or no? My parcel did not arrive, and I paid for it weeks ago."
_SCHEMA = {
    "type": "object",
    "properties": {"happy": {"type": "string", "enum": ["yes", "no"]}},
    "required": ["happy"],
    "additionalProperties": False,
}
_PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAIAAAD8GO2jAAAAJ0lEQVR42u3NsQkAAAjAsP7/tF7hIASyp6lTCQQCgUAgEAgEgi/BAjLD/C5w"
    "/SM9AAAAAElFTkSuQmCC"
)
"""A red square."""
_PDF = (
    "JVBERi0xLjQKMSAwIG9iajw8L1R5cGUvQ2F0YWxvZy9QYWdlcyAyIDAgUj4+ZW5kb2JqCjIgMCBvYmo8PC9UeXBlL1BhZ2VzL0tpZHNbMyAwIFJd"
    "L0NvdW50IDE+PmVuZG9iagozIDAgb2JqPDwvVHlwZS9QYWdlL1BhcmVudCAyIDAgUi9NZWRpYUJveFswIDAgOTkgOTldL0NvbnRlbnRzIDQgMCBS"
    "L1Jlc291cmNlczw8L0ZvbnQ8PC9GPDwvVHlwZS9Gb250L1N1YnR5cGUvVHlwZTEvQmFzZUZvbnQvSGVsdmV0aWNhPj4+Pj4+Pj5lbmRvYmoKNCAw"
    "IG9iajw8L0xlbmd0aCAzNz4+c3RyZWFtCkJUIC9GIDEyIFRmIDkgNTAgVGQgKEhlbGxvLikgVGogRVQgICAgCmVuZHN0cmVhbWVuZG9iagp4cmVm"
    "CjAgNQowMDAwMDAwMDAwIDY1NTM1IGYgCjAwMDAwMDAwMDkgMDAwMDAgbiAKMDAwMDAwMDA1MiAwMDAwMCBuIAowMDAwMDAwMTAxIDAwMDAwIG4g"
    "CjAwMDAwMDAyNDkgMDAwMDAgbiAKdHJhaWxlcjw8L1NpemUgNS9Sb290IDEgMCBSPj4Kc3RhcnR4cmVmCjMzMgolJUVPRg=="
)
"""A page that says "Hello."."""


@dataclass(frozen=True, slots=True)
class AbilityResult:
    """works: None if it was not found out. detail: how it works, or why not, for people. usd: what it cost; None if
    unknown."""

    name: str
    works: bool | None
    detail: str = ""
    usd: float | None = 0.0


@dataclass(frozen=True, slots=True)
class Ability:
    """bodies: what is asked beside the model's name, until one is not refused. judge: the reply and the number of its
    body -> whether it works, and how."""

    name: str
    bodies: tuple[Body, ...]
    judge: Callable[[Reply, int], tuple[bool, str]]


def reply_text(reply: Reply) -> str:
    """The text of a reply; "" if it has none."""
    try:
        return str(reply["choices"][0]["message"]["content"] or "")
    except (LookupError, TypeError):
        return ""


def _user(content: Any = _QUESTION, **more: Any) -> Body:
    return {"messages": [{"role": "user", "content": content}], **more}


def _with_part(part: Body) -> Body:
    return _user([{"type": "text", "text": "What is this? Answer with one word."}, part])


def _accepted(_reply: Reply, _number: int) -> tuple[bool, str]:
    return True, ""


def _spoken(reply: Reply, _number: int) -> tuple[bool, str]:
    return bool(reply_text(reply).strip()), "" if reply_text(reply).strip() else "the answer is empty"


def _in_schema(reply: Reply, _number: int) -> tuple[bool, str]:
    value = _object(reply_text(reply))
    followed = value is not None and set(value) == {"happy"} and value["happy"] in ("yes", "no")
    return followed, "" if followed else "taken, but not followed"


def _json(reply: Reply, _number: int) -> tuple[bool, str]:
    followed = _object(reply_text(reply)) is not None
    return followed, "" if followed else "taken, but not followed"


def _object(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _alternatives(reply: Reply, _number: int) -> tuple[bool, str]:
    try:
        tokens = reply["choices"][0]["logprobs"]["content"]
        number = max(len(token.get("top_logprobs") or ()) for token in tokens)
    except (LookupError, TypeError, ValueError, AttributeError):
        return False, "none came"
    return True, f"{number} alternatives" if number else "without alternatives"


def _obeyed(reply: Reply, _number: int) -> tuple[bool, str]:
    followed = "banana" in reply_text(reply).lower()
    return followed, "" if followed else "taken, but not followed"


def _cut(reply: Reply, number: int) -> tuple[bool, str]:
    return True, ("max_tokens", "max_completion_tokens")[number]


def usage_found(reply: Reply) -> AbilityResult:
    """Whether the first reply says what is billed: no request of its own."""
    usage = reply.get("usage")
    counted = isinstance(usage, Mapping) and bool(usage.get("prompt_tokens")) and "completion_tokens" in usage
    return AbilityResult("usage", counted, "" if counted else "tokens are not counted, so costs are unknown")


_FORMAT = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": _SCHEMA}}
_JSON = f'{_QUESTION} Answer with a JSON object whose key is "happy".'
_PICTURE = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{_PNG}"}}
_FILE = {"type": "file", "file": {"filename": "a.pdf", "file_data": f"data:application/pdf;base64,{_PDF}"}}
_SYSTEM = {"role": "system", "content": "Whatever the user writes, answer with the one word banana."}
ABILITIES = (
    Ability("text", (_user(),), _spoken),
    Ability("json_schema", (_user(_JSON, response_format=_FORMAT),), _in_schema),
    Ability("json_object", (_user(_JSON, response_format={"type": "json_object"}),), _json),
    Ability(
        "log-probabilities",
        (
            *(_user(logprobs=True, top_logprobs=number) for number in (MOST_ALTERNATIVES, 8, 5)),
            _user(logprobs=True),
        ),
        _alternatives,
    ),
    Ability("system part", ({"messages": [_SYSTEM, *_user()["messages"]]},), _obeyed),
    Ability("pictures", (_with_part(_PICTURE),), _spoken),
    Ability("PDF files", (_with_part(_FILE),), _spoken),
    Ability("temperature", (_user(temperature=0),), _accepted),
    Ability("seed", (_user(seed=1),), _accepted),
    Ability("longest answer", (_user(max_tokens=SHORT), _user(max_completion_tokens=SHORT)), _cut),
)
"""`text` first: without it there is nothing to find out."""
