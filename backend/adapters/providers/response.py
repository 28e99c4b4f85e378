"""Response: the body of a chat completion -> a Completion or a Failure.

The answer was paid for: it is kept even if other parts of the body are wrong, or if a filter took its text away. Raises
one of many errors for a body without an answer; `chat_completions` handles them.
"""

import json
from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

import orjson

from backend.adapters.providers.connection_errors import words_in
from backend.adapters.providers.meant_status import meant_status
from backend.domain.characters import as_bytes
from backend.domain.chat.alignment import Pieces, aligned, rounded
from backend.domain.chat.finish_reasons import is_broken_off
from backend.domain.chat.request import Completion
from backend.domain.outcome import Failure

_MOST = 2**31 - 1
_NAME, _REASON, _KEY = 200, 40, 40
_PLAIN = ("role", "content", "refusal", "annotations", "name", "id", "type", "index")
"""Keys of a message that hold none of what the model says but its answer."""
_CHAT = "chat.completion"
"""What a body calls itself. Gemini leaves lists out that are empty, so a filtered prompt may have no `choices`."""
_OTHER_FORMS = ("text", "delta")
"""Keys of a choice that hold what another API says: of a completion of text, of a part of a stream."""
_SPOKEN = (None, "text", "output_text")
"""Types of parts that belong to the answer."""
_MALFORMED = ("json_validate_failed", "output_parse_failed", "tool_use_failed")
"""Codes of errors that stand for an answer which does not keep to its schema (Groq)."""
_USAGE = ("usage", "usageMetadata", "usage_metadata")
_DETAILS = ("prompt_tokens_details", "completion_tokens_details", "output_tokens_details")
_KINDS = {
    name: kind
    for kind, names in {
        "prompt": "prompt_tokens input_tokens promptTokenCount prompt_token_count prompt_eval_count",
        "completion": "completion_tokens output_tokens candidatesTokenCount candidates_token_count eval_count",
        "thoughts": "reasoning_tokens thoughtsTokenCount thoughts_token_count",
        "total": "total_tokens totalTokenCount total_token_count",
        "cached": "cached_tokens cachedContentTokenCount cached_content_token_count prompt_cache_hit_tokens",
    }.items()
    for name in names.split()
}
"""What is counted, by its names in OpenAI's two APIs, Gemini, Ollama and DeepSeek, which proxies pass on."""
Quote = Callable[[str], str]
"""Makes of a provider's words what may be shown of them."""


def parse(content: bytes | str) -> Any:
    """Its JSON; numbers that are too long for Python become infinite. Raises ValueError or RecursionError."""
    try:
        return orjson.loads(content)
    except ValueError:
        return _parsed_by_python(content)


def _parsed_by_python(content: bytes | str) -> Any:
    """JSON that orjson, which takes a third of the time, refuses: with NaN, half of a surrogate pair, deep nesting."""
    try:
        return json.loads(content)
    except ValueError:
        return json.loads(content, parse_int=float)


def to_reply(
    digest: str, model: str, body: Any, attempt: int = 0, seconds: float = 0.0, quote: Quote = lambda _: ""
) -> Completion | Failure:
    """The Completion in a body, or the Failure that it reports although its status is 200."""
    return _broken(body, quote) or to_completion(digest, model, body, attempt, seconds)


def _broken(body: Any, quote: Quote) -> Failure | None:
    choice = _choice(body)
    error, finish = choice.get("error") or body.get("error"), str(choice.get("finish_reason"))
    message = choice.get("message") or {}
    empty = not message.get("content") and not message.get("refusal")
    failed = finish.lower() == "error" or (error and (empty or choice.get("error")))
    if not failed and not (empty and is_broken_off(finish)):
        return None
    words = quote(words_in(error))
    detail = f"The model's server gave up its answer{f': {chr(34)}{words}{chr(34)}' if words else ''}."
    return Failure("rate_limited" if meant_status(200, error) == 429 else "server", detail)


def _choice(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The first choice; an empty one where the server sent none, or null."""
    return (body.get("choices") or (None,))[0] or {}


def _message(body: Mapping[str, Any], choice: Mapping[str, Any]) -> Mapping[str, Any]:
    """The message of a choice; an empty one where a provider kept it back, as Gemini does with what it filters.

    Raises LookupError for a body that is not an answer: such a one has neither a message, nor a reason, nor a bill.
    """
    message: Mapping[str, Any] | None = choice.get("message")
    if message is not None:
        return message
    kept_back = choice.get("finish_reason") or any(part.get(name) for part in (body, choice) for name in _USAGE)
    chat = "choices" in body or body.get("object") == _CHAT
    if not chat or not kept_back or any(name in choice for name in _OTHER_FORMS):
        raise LookupError
    return {}


def malformed(error: Any, digest: str, model: str, attempt: int = 0, seconds: float = 0.0) -> Completion | None:
    """The malformed answer that an error's JSON stands for, because it was paid for. None for any other error."""
    if not isinstance(error, dict):
        return None
    code, generation = error.get("code"), error.get("failed_generation")
    if code not in _MALFORMED and not generation:
        return None
    text = generation if isinstance(generation, str) else json.dumps(generation) if generation else ""
    return Completion(digest, attempt, model, text, _name(code, _REASON), False, 0, 0, 0, seconds)


def to_completion(digest: str, model: str, body: Any, attempt: int = 0, seconds: float = 0.0) -> Completion:
    """The Completion in a body.

    digest: of the request
    model: the requested model, for a body without a name
    """
    choice = _choice(body)
    message = _message(body, choice)
    refusal = message.get("refusal")
    text = _text(message.get("content") or (refusal if isinstance(refusal, str) else ""))
    prompt, completion, cached = _usage(_bill(body, choice))
    if not prompt or (text and not completion):  # a part of the bill would look like all of it
        prompt = completion = cached = 0
    return Completion(
        digest=digest,
        attempt=attempt,
        model=_name(body.get("model"), _NAME) or model,
        text=text,
        finish_reason=_name(choice.get("finish_reason"), _REASON),
        refused=bool(refusal) or not choice,
        prompt_tokens=prompt,
        completion_tokens=completion,
        cached_tokens=cached,
        seconds=seconds,
        logprobs=_logprobs(choice.get("logprobs"), text),
        elsewhere=None if text.strip() else _elsewhere(message),
    )


def _name(name: Any, most: int) -> str:
    """A name that the server gave, in characters and a length that every database accepts."""
    return name.encode("utf-8", "replace").decode().replace("\0", "")[:most] if isinstance(name, str) else ""


def _text(content: Any) -> str:
    """Some servers send content as a list of parts, one of which holds thoughts, or as the object itself."""
    if isinstance(content, str):
        return content
    return json.dumps(content) if isinstance(content, dict) else "".join(_part(part) for part in content)


def _part(part: Any) -> str:
    if part is None or isinstance(part, str):
        return part or ""
    return str(part.get("text") or "") if part.get("type") in _SPOKEN else ""


def _elsewhere(message: Mapping[str, Any]) -> str | None:
    """The place that holds text instead of the content: a key of the message, or the type of a part of its content."""
    content = message.get("content")
    listed = content if isinstance(content, list) else []
    parts = [part.get("type") for part in listed if isinstance(part, dict) and part.get("type") not in _SPOKEN]
    keys = [key for key, held in message.items() if key not in _PLAIN and isinstance(held, str | list | dict) and held]
    return next((name for part in (*keys, *parts) if (name := _name(part, _KEY))), None)


def _bill(body: Mapping[str, Any], choice: Mapping[str, Any]) -> Any:
    """What holds the counts of tokens: the body's usage, the choice's, or the body itself (Ollama)."""
    return next((part[name] for part in (body, choice) for name in _USAGE if part.get(name)), body)


def is_billed(body: Mapping[str, Any]) -> bool:
    """Whether a body counts tokens of the prompt or the completion."""
    return any(_usage(_bill(body, _choice(body))))


def _usage(bill: Any) -> tuple[int, int, int]:
    """Tokens of prompt and completion, and cached tokens; all 0 if a count is missing or not a number.

    All tokens that are not prompt tokens count as completion tokens: some servers leave thoughts out of
    `completion_tokens`.
    """
    try:
        counts = _counts(bill)
    except (AttributeError, TypeError):
        return 0, 0, 0
    prompt, completion, cached = (counts.get(kind, 0) for kind in ("prompt", "completion", "cached"))
    if min(prompt, completion, cached) < 0:
        return 0, 0, 0
    thoughts, rest = counts.get("thoughts", 0), counts.get("total", 0) - prompt
    return prompt, min(_MOST, max(completion, rest, completion + thoughts if thoughts > completion else 0)), cached


def _counts(bill: Mapping[str, Any]) -> dict[str, int]:
    """Kind -> the largest count under one of its names, in a bill and its details; -1 if none of them is a count.

    Raises AttributeError or TypeError for what is not a bill.
    """
    counts: dict[str, int] = {}
    for part in (bill, *(bill.get(name) for name in _DETAILS)):
        for name, value in part.items() if part else ():
            kind = _KINDS.get(name)
            if kind is not None and value:
                counts[kind] = max(counts.get(kind, -1), _count(value))
    return counts


def _count(value: Any) -> int:
    """-1 for anything that is not a count."""
    try:
        count = int(value)
    except (TypeError, ValueError, OverflowError):
        return -1
    return count if 0 <= count <= _MOST else -1


def _logprobs(logprobs: Any, text: str) -> Pieces | None:
    """The log-probabilities of the tokens that spell `text`, or of all tokens if none do, rounded.

    None if they are not in OpenAI's form or not numbers.
    """
    try:
        listed = logprobs["content"]
        plain = tuple([(token["token"], rounded(float(token["logprob"]))) for token in listed])
    except (TypeError, LookupError, ValueError, AttributeError, OverflowError):
        return None
    good = all(isinstance(token, str) and isfinite(logprob) for token, logprob in plain)
    if not plain or not good or not text:
        return None
    if "".join([token for token, _ in plain]) == text:
        return plain
    bytes_of = [token_bytes(token["token"], token.get("bytes")) for token in listed]
    spelt = [(spoken, logprob) for spoken, (_, logprob) in zip(bytes_of, plain, strict=True)]
    return aligned(spelt, text) or aligned([(as_bytes(token), logprob) for token, logprob in plain], text) or plain


def token_bytes(token: str, listed: Any) -> bytes:
    """A token's bytes, as the server listed them, if it did."""
    try:
        return bytes(listed) if isinstance(listed, list) else as_bytes(token)
    except (TypeError, ValueError):
        return as_bytes(token)
