"""Request format: the form in which a model accepts requests. It is learnt from refusals (HTTP 400), one step at a
time."""

import json
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from backend.adapters.providers.message_parts import content_of
from backend.domain.chat.request import ChatRequest, RequestTemplate
from backend.domain.document import Document
from backend.domain.few_shot.messages import Turn
from backend.errors import ProviderError

FORMATS = ("json_schema", "json_object", "text")
_FORMAT_WORDS = re.compile(
    r"\b(?:response_format|(?:json[ _-]?)?schemas?|\w*grammars?|structured[ _-]outputs?|guided[ _-]\w+"
    r"|constrain(?:t|ed)\b|json[ _-](?:object|mode)|states for serving)",
    re.IGNORECASE,
)
"""What refusals of a form of answer speak of."""
_LENGTH_WORDS = re.compile(
    r"\bmax_(?:completion_)?tokens\b|\bcontext\b(?! deadline| cancel)|\btoo (?:long|large)\b", re.IGNORECASE
)
_FORMAL = (400, 422)
_NOT_FOUND = 404
_ABOUT_FORMS = (_NOT_FOUND, 500, 501)
"""llama.cpp and Ollama fail over a schema they can't read; OpenRouter finds nobody who takes one."""
_NOBODY = re.compile(
    r"\bno (?:endpoint|provider|deployment|model)s?\b.{0,40}\b(?:support|handle|accept)", re.IGNORECASE
)
"""A router's refusal, with status 404: none of its providers takes what was asked."""
_UNNAMED = re.compile(r"requested parameters", re.IGNORECASE)
_RIVALS = re.compile(r"\btop_?logprobs?\b|\blogprobs of \d+|\bmax_logprobs\b", re.IGNORECASE)
MOST_RIVALS = (20, 5, 0)
"""How many other tokens are asked for at each place: OpenAI and vLLM tell 20, some servers 5."""
NO_RIVALS = len(MOST_RIVALS) - 1
_LONG_CAP = "max_completion_tokens"
_CAPS = ("max_tokens", _LONG_CAP)
_NEAR = 4
PICTURE_TOKENS = 65_536
"""More than models of today bill for a picture of LONGEST_SIDE; the most known are 48,169 (gpt-4o-mini, 8 tiles)."""
DOCUMENT_TOKENS = 1_000_000
"""What the largest models of today read at once."""
USER, ASSISTANT = (f', {{"role": "{role}", "content": '.encode() for role in ("user", "assistant"))
_REFUSAL = re.compile(r"unsupported|n[o']t support|unrecognized|unknown|not permitted|not allowed|extra", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RequestFormat:
    """One form of requests.

    format: index in FORMATS
    dropped: parameters that are left out
    long_cap: whether max_completion_tokens is used in place of max_tokens
    bounded: whether answers are cut where the longest one ends, see RequestTemplate.bound
    written: whether documents are sent as their text, and not as files
    rivals: index in MOST_RIVALS
    """

    format: int = 0
    dropped: frozenset[str] = frozenset()
    long_cap: bool = False
    bounded: bool = True
    written: bool = False
    rivals: int = 0

    def body(self, request: ChatRequest) -> bytes:
        """The request's body; the part that all requests share is encoded once.

        If a seed is set, each sample gets one of its own, because the same seed would give the same answers; two orders
        of one comparison share it.
        """
        number = request.sample if "seed" in request.template.parameters and not request.orders else 0
        head, tail = _encoded(_Key(request.template, self, number))
        content = content_of(request) if request.pictures else json.dumps(request.user).encode()
        return head + _turns(request.example_turns) + USER + content + tail

    def bound(self, template: RequestTemplate) -> int | None:
        """The bound that is sent. None in plain text, where a model may think aloud before it answers.

        None also for models that accept max_completion_tokens alone: they think, and their thoughts count.
        """
        free = not self.bounded or self.long_cap or "max_tokens" in self.dropped or FORMATS[self.format] == "text"
        return None if free else template.bound

    def others(self, request: ChatRequest) -> "list[RequestFormat]":
        """All other forms that are left: without files, less strict ones, or without log-probabilities."""
        lower = [replace(self, format=index) for index in range(self.format + 1, len(FORMATS))]
        if any(isinstance(attachment, Document) for _, attachment in request.pictures):
            lower.insert(0, replace(self, written=True))
        if not request.template.logprobs or "logprobs" in self.dropped:
            return lower
        if self.asks_rivals(request.template):
            lower.append(replace(self, rivals=NO_RIVALS))
        silent = replace(self, dropped=self.dropped | {"logprobs"})
        return [*lower, silent, *([replace(silent, format=len(FORMATS) - 1)] if lower else [])]

    def asks_rivals(self, template: RequestTemplate) -> bool:
        """Whether the other tokens that might have been said are asked for."""
        wants_rivals = template.branches and "top_logprobs" not in template.parameters
        return wants_rivals and "logprobs" not in self.dropped and MOST_RIVALS[self.rivals] > 0

    def check_cap(self, template: RequestTemplate) -> None:
        """Raises ProviderError if the length of a completion is to be bounded, and is not in this form."""
        if template.cap is None:
            return
        if not any(name in parameters(template) and name not in self.dropped for name in _CAPS):
            raise ProviderError(
                f"Model '{template.model}' accepts no limit on the length of an answer, so no budget can be kept: run "
                "it without a budget."
            )


def parameters(template: RequestTemplate) -> dict[str, Any]:
    """A template's parameters with its cap; of two bounds the smaller one counts."""
    values = dict(template.parameters)
    if template.cap is not None:
        names = [name for name in _CAPS if name in values] or [_CAPS[0]]
        values |= {name: _smaller(values.get(name), template.cap) for name in names}
    return values


def lowered(template: RequestTemplate) -> bool:
    """Whether the cap is lower than the parameters."""
    return parameters(template) != dict(template.parameters)


def largest(request: ChatRequest) -> tuple[int, int]:
    """The most tokens that a request with a cap can take: (prompt, completion).

    No tokenizer makes more than one token of a UTF-8 byte, and the body, in ASCII with schema and syntax, has more
    bytes than the prompt. For a picture it is PICTURE_TOKENS, for a document DOCUMENT_TOKENS.
    """
    caps = parameters(request.template)
    text = len(RequestFormat().body(replace(request, pictures=())))
    tokens = sum(DOCUMENT_TOKENS if isinstance(file, Document) else PICTURE_TOKENS for _, file in request.pictures)
    return text + tokens, max(caps[name] for name in _CAPS if name in caps)


def _smaller(own: Any, cap: int) -> int:
    return min(own, cap) if isinstance(own, int) and own > 0 else cap


def adapted(
    used: RequestFormat, request: ChatRequest, status: int, param: str | None, message: str
) -> RequestFormat | None:
    """The form to try after a refusal; None if the refusal is about this one request."""
    if status not in (*_FORMAL, *_ABOUT_FORMS):
        return None
    named = str(param or "")

    def meant(name: str) -> bool:
        word = re.compile(rf"\b{re.escape(name)}\b", re.IGNORECASE)
        return named == name or (not named and _speaks_of(word, message, request.texts))

    bounded = used.bound(request.template) is not None and request.template.cap is None
    if bounded and _speaks_of(_LENGTH_WORDS, f"{named} {message}", request.texts):
        return replace(used, bounded=False)
    rivals = _RIVALS.search(named) or (not named and _speaks_of(_RIVALS, message, request.texts))
    if rivals and status in _FORMAL and used.asks_rivals(request.template):
        return replace(used, rivals=used.rivals + 1)
    sent = {*parameters(request.template), *(("logprobs",) if request.template.logprobs else ())} - used.dropped
    formats = _FORMAT_WORDS.search(named) or _speaks_of(_FORMAT_WORDS, message, request.texts)
    if formats and used.format < len(FORMATS) - 1:
        return replace(used, format=used.format + 1)
    by_router = status == _NOT_FOUND and _NOBODY.search(message) is not None
    if not by_router and (status not in _FORMAL or not _REFUSAL.search(message)):
        return None
    for name in sorted(sent, key=len, reverse=True):
        if name == "max_tokens" and not used.long_cap and meant(name):
            return replace(used, long_cap=True)
        if meant(_LONG_CAP if name == "max_tokens" else name):
            return replace(used, dropped=used.dropped | {name})
    unnamed = by_router and _speaks_of(_UNNAMED, message, request.texts)
    return _step_down(used, sent - set(_CAPS), used.asks_rivals(request.template)) if unnamed else None


def _step_down(used: RequestFormat, sent: set[str], rivals: bool) -> RequestFormat | None:
    """The next form where nobody says which part is refused: each form, then without the other tokens, without
    log-probabilities, and so on."""
    if used.format < len(FORMATS) - 1:
        return replace(used, format=used.format + 1)
    if rivals:
        return replace(used, format=0, rivals=NO_RIVALS)
    name = min(sent, key=lambda name: (name != "logprobs", name), default=None)
    return None if name is None else replace(used, format=0, dropped=used.dropped | {name})


def _speaks_of(words: re.Pattern[str], message: str, texts: str) -> bool:
    """Whether a message contains one of `words`, not counting where it repeats a task's text."""
    return any(
        message[max(0, match.start() - _NEAR) : match.end() + _NEAR] not in texts for match in words.finditer(message)
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Key:
    """Templates are compared by identity: hashing a whole schema for each request would cost more than it saves."""

    template: RequestTemplate
    used: RequestFormat
    seed: int = 0

    def __hash__(self) -> int:
        return hash((id(self.template), self.used, self.seed))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Key) or self.template is not other.template:
            return False
        return (self.used, self.seed) == (other.used, other.seed)


@lru_cache(maxsize=256)
def _encoded(key: _Key) -> tuple[bytes, bytes]:
    template, used = key.template, key.used
    body = {"model": template.model, **{k: v for k, v in parameters(template).items() if k not in used.dropped}}
    if key.seed and "seed" in body:
        body["seed"] += key.seed
    if (bound := used.bound(template)) is not None:
        body["max_tokens"] = min(bound, body.get("max_tokens", bound))
    if used.long_cap and "max_tokens" in body:
        body[_LONG_CAP] = body.pop("max_tokens")
    if template.logprobs and "logprobs" not in used.dropped:
        body["logprobs"] = True
    if used.asks_rivals(template):
        body["top_logprobs"] = MOST_RIVALS[used.rivals]
    if FORMATS[used.format] == "json_schema":
        schema = {"name": "labels", "strict": True, "schema": template.answer_schema}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    elif FORMATS[used.format] == "json_object":
        body["response_format"] = {"type": "json_object"}
    head = json.dumps(body)[:-1] + ', "messages": [' + json.dumps({"role": "system", "content": template.system})
    return head.encode(), b"}]}"


@lru_cache(maxsize=256)
def _turns(example_turns: tuple[Turn, ...]) -> bytes:
    """Cached, because many tasks are shown the same examples."""
    return b"".join(
        USER + json.dumps(user).encode() + b"}" + ASSISTANT + json.dumps(answer).encode() + b"}"
        for user, answer in example_turns
    )
