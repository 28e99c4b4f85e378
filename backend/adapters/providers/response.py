"""Reply: the body of a chat completion -> a Completion, and how long a refusal asks us to wait.

The answer was paid for: it is kept whatever is wrong with what stands beside it. Raises one of many errors for a body
that holds no answer; `llm` knows them.
"""

import json
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from math import inf, isfinite
from typing import Any

from backend.domain.chat.request import Completion

_MOST = 2**31 - 1
_NAME, _REASON = 200, 40
LONGEST_S = 3600.0


def parse(content: bytes | str) -> Any:
    """Its JSON; numbers too long for Python are infinite."""
    try:
        return json.loads(content)
    except ValueError:
        return json.loads(content, parse_int=float)


def to_completion(digest: str, model: str, body: Any, attempt: int = 0, seconds: float = 0.0) -> Completion:
    """`digest`: of the request; `model`: what it asked, in case the body names none."""
    choice = body["choices"][0]
    message = choice["message"]
    refusal = message.get("refusal")
    prompt, completion, cached = _usage(body.get("usage"))
    return Completion(
        digest=digest,
        attempt=attempt,
        model=_name(body.get("model"), _NAME) or model,
        text=_text(message.get("content") or refusal or ""),
        finish_reason=_name(choice.get("finish_reason"), _REASON),
        refused=bool(refusal),
        prompt_tokens=prompt,
        completion_tokens=completion,
        cached_tokens=cached,
        seconds=seconds,
        logprobs=_logprobs(choice.get("logprobs")),
    )


def _name(found: Any, most: int) -> str:
    """A name the server gave, in characters and a length that every database takes."""
    return found.encode("utf-8", "replace").decode().replace("\0", "")[:most] if isinstance(found, str) else ""


def _text(content: Any) -> str:
    """Some servers send content as a list of parts."""
    return content if isinstance(content, str) else "".join(str(part.get("text") or "") for part in content)


def _usage(found: Any) -> tuple[int, int, int]:
    """Tokens of the prompt, of the completion, and cached; all 0, as for missing usage, when one is no count."""
    try:
        cached = (found.get("prompt_tokens_details") or {}).get("cached_tokens")
        prompt, completion, cached = (
            int(count or 0) for count in (found.get("prompt_tokens"), found.get("completion_tokens"), cached)
        )
    except (AttributeError, TypeError, ValueError, OverflowError):
        return 0, 0, 0
    usable = all(0 <= count <= _MOST for count in (prompt, completion, cached))
    return (prompt, completion, cached) if usable else (0, 0, 0)


def _logprobs(found: Any) -> tuple[tuple[str, float], ...] | None:
    """None for what is not in OpenAI's form, or no number."""
    try:
        tokens = tuple((t["token"], float(t["logprob"])) for t in found["content"])
    except (TypeError, LookupError, ValueError, AttributeError, OverflowError):
        return None
    good = all(isinstance(token, str) and isfinite(logprob) for token, logprob in tokens)
    return tokens if tokens and good else None


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds to wait, an hour at most, from `retry-after-ms` or `Retry-After` (seconds or a date: RFC 9110, 10.2.3);
    None when neither is usable. `now`: seconds since 1970."""
    for header, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        text = headers.get(header, "")
        try:
            seconds = float(text) * scale
        except ValueError:
            seconds = _until(text, now)
        if seconds >= 0 and isfinite(seconds):
            return min(seconds, LONGEST_S)
    return None


def _until(date: str, now: float) -> float:
    """Seconds until `date`, 0 when it is past; infinite when it is none."""
    try:
        found = parsedate_to_datetime(date)
        return max(0.0, found.replace(tzinfo=found.tzinfo or UTC).timestamp() - now)
    except (ValueError, OverflowError, TypeError, IndexError):
        return inf
