"""A chat request as the stand-in understands it, and what it turns down before thinking about an answer."""

import json
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from demo.stand_in.complaint import (
    ComplaintError,
    no_model,
    no_quota,
    unreadable,
    unsupported,
    unsupported_format,
    unsupported_temperature,
)
from demo.stand_in.switches import Switches

_MOST_CHOICES = 128
_MOST_TOP_LOGPROBS = 20


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked for. `temperature`: above 0 chance decides; `seeded`: the same each time for the same request;
    `limit`: the most tokens each choice may have; `pictures`: media type and SHA-256 of each that was sent."""

    model: str
    messages: list[dict[str, Any]]
    schema: Mapping[str, Any] | None = None
    choices: int = 1
    temperature: float = 0.0
    seeded: bool = False
    logprobs: bool = False
    top_logprobs: int = 0
    limit: int | None = None
    pictures: tuple[str, ...] = ()


def read_ask(body: bytes, switches: Switches) -> Ask:
    """The request in `body`; raises ComplaintError for what OpenAI, or a model with these switches, would refuse."""
    try:
        raw = json.loads(body)
    except ValueError:
        raise ComplaintError(400, "We could not parse the JSON body of your request.") from None
    if not isinstance(raw, dict):
        raise _invalid("body", "an object")
    raw = {name: value for name, value in raw.items() if value is not None}
    _check_support(raw, switches)
    model = _checked(raw, "model", str, "")
    if model == "missing-model":
        raise no_model(model)
    if model == "no-quota":
        raise no_quota()
    messages = _messages(raw, switches)
    return Ask(
        model=model,
        messages=messages,
        schema=_schema(raw),
        choices=_within(raw, "n", 1, _MOST_CHOICES) or 1,
        temperature=_number(raw, "temperature"),
        seeded="seed" in raw,
        logprobs=_checked(raw, "logprobs", bool, False),
        top_logprobs=_within(raw, "top_logprobs", 0, _MOST_TOP_LOGPROBS) or 0,
        limit=_within(raw, "max_completion_tokens", 1, 2**31) or _within(raw, "max_tokens", 1, 2**31),
        pictures=tuple(map(_named, _pictures(messages))),
    )


def _check_support(raw: Mapping[str, Any], switches: Switches) -> None:
    if switches.complaint:
        raise ComplaintError(400, switches.complaint)
    kind = _checked(raw, "response_format", dict, {}).get("type")
    if (kind == "json_schema" and switches.no_json_schema) or (kind == "json_object" and switches.no_json_object):
        raise unsupported_format(kind)
    if raw.get("stream"):
        raise unsupported("stream")
    if switches.no_logprobs and (raw.get("logprobs") or raw.get("top_logprobs")):
        raise unsupported("logprobs")
    if switches.no_temperature and _number(raw, "temperature", 1) != 1:
        raise unsupported_temperature(raw["temperature"])
    if switches.no_max_tokens and "max_tokens" in raw:
        raise unsupported("max_tokens", " Use 'max_completion_tokens' instead.")


def _messages(raw: Mapping[str, Any], switches: Switches) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = _checked(raw, "messages", list, [])
    if not messages or not all(isinstance(message, dict) for message in messages):
        raise _invalid("messages", "a list of at least one message")
    for place, message in enumerate(messages):
        _check_parts(place, message.get("content"), ("text", "image_url", "file") if switches.pictures else ("text",))
    return messages


def _check_parts(message: int, content: Any, readable: tuple[str, ...]) -> None:
    for place, part in enumerate(content if isinstance(content, list) else ()):
        kind = part.get("type", "text") if isinstance(part, dict) else "text"
        if kind not in readable:
            raise unreadable(str(kind), message, place)


def _pictures(messages: list[dict[str, Any]]) -> Iterator[str]:
    """The addresses of all."""
    contents = [message["content"] for message in messages if isinstance(message.get("content"), list)]
    for part in (part for content in contents for part in content if isinstance(part, dict)):
        if part.get("type") == "image_url":
            yield part["image_url"]["url"]
        elif part.get("type") == "file":
            yield part["file"]["file_data"]


def _named(address: str) -> str:
    head, _, content = address.partition(",")
    return f"{head.removeprefix('data:').removesuffix(';base64')} {sha256(b64decode(content)).hexdigest()}"


def _schema(raw: Mapping[str, Any]) -> Mapping[str, Any] | None:
    described = _checked(raw, "response_format", dict, {}).get("json_schema")
    schema = described.get("schema") if isinstance(described, dict) else None
    return schema if isinstance(schema, dict) else None


def _within(raw: Mapping[str, Any], name: str, least: int, most: int) -> int | None:
    value = raw.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise _invalid(name, f"a whole number from {least} to {most}")
    return value


def _number(raw: Mapping[str, Any], name: str, default: float = 0.0) -> float:
    value = raw.get(name, default)
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise _invalid(name, "a number")
    return value


def _checked(raw: Mapping[str, Any], name: str, wanted: type, default: Any) -> Any:
    value = raw.get(name, default)
    if not isinstance(value, wanted):
        raise _invalid(name, f"of type {wanted.__name__}")
    return value


def _invalid(name: str, wanted: str) -> ComplaintError:
    return ComplaintError(400, f"Invalid value for '{name}': expected {wanted}.", code="invalid_value", param=name)
