"""Refusals: what a provider says with an HTTP error, for people, and what it means: the input, or the key.

The status alone does not tell: a 403 or 400 may be about one task's text or about everything, and a wrong key comes as
a 400 from some. Words count only where a provider says them by itself, not where it repeats a task's text.
"""

import re
import time
from dataclasses import dataclass

import openai

from backend.core.durations import duration
from backend.core.outcomes import Failure
from backend.edges.reply import retry_after
from backend.errors import ProviderError

MOST = 200
"""Characters of a provider's words that are kept."""
_MOST_CODE = 60
_AROUND = 4
_MODERATING = (400, 403, 422, 451)
_CODES = re.compile(r"content_?filter|content_?policy|moderation|data_?inspection|prohibited_?content|safety", re.I)
_MODERATED = (
    r"moderation",
    r"content[ _-]?(?:filter\w*|polic\w+|management)",
    r"(?:input|prompt|content|message|text)(?: \w+){0,2} (?:flagged|inappropriate|harmful)",
    r"(?:usage|safety|community|content) (?:guidelines|polic\w+|settings|system|check\w*)",
    r"data[ _-]?inspection\w*",
)
_KEY = (r"(?:api|access)[ _-]?(?:key|token)", r"credentials", r"authenticat\w+", r"unauthori[sz]ed")


@dataclass(frozen=True, slots=True)
class Asked:
    """Who was asked what: the server's address as people may see it, what the settings of address and key begin with,
    the key, the model, and all texts of the request."""

    shown: str
    named: str
    secret: str
    model: str
    texts: str


def failure_of(error: openai.APIStatusError, asked: Asked) -> Failure:
    """What the error is to one request. Raises ProviderError when nothing else would be answered either, whatever was
    before: a wrong key, an account without quota."""
    status, code = error.status_code, str(error.code or "")
    if status in (402, 429) and (status == 402 or "quota" in code or "billing" in code):
        raise ProviderError(f"The account at {asked.shown} has no quota left: add credit, then run it again.")
    if status == 401:
        raise ProviderError(_wrong_key(asked))
    if status in (408, 409, 429) or status >= 500:
        return _passing(error)
    return _refusal(error, asked)


def _passing(error: openai.APIStatusError) -> Failure:
    """Trouble that may pass."""
    wait = retry_after(error.response.headers, time.time())
    asks = f": it asks to wait {duration(wait)}." if wait else "."
    if error.status_code == 429:
        return Failure("rate_limited", f"The provider's rate limit was reached{asks}", wait)
    return Failure("server", f"The model's server answered {error.status_code}{asks}", wait)


def _refusal(error: openai.APIStatusError, asked: Asked) -> Failure:
    """Trouble with one request, or with all of them, which only the others show."""
    status, said = error.status_code, words(error, asked.secret)
    code = _line(str(error.code or ""), _MOST_CODE)
    refused = f"The model's server refused the request ({f'{status} {code}'.strip()}){f': {said}' if said else '.'}"
    if status == 403:
        may_not = f"The key may not use model '{asked.model}' at {asked.shown}: choose another model or key."
        return Failure("refused", refused, stops=f"{may_not} {refused}")
    if status in (404, 405):
        unknown = f"{asked.shown} does not know model '{asked.model}' (or is no OpenAI-compatible address)"
        check = f"check the model's name and {asked.named}_BASE_URL, which usually ends in /v1."
        return Failure("bad_request", refused, stops=f"{unknown}: {check}")
    if is_about_key(error, asked.texts):
        return Failure("auth", refused, stops=f"{_wrong_key(asked)} {refused}")
    return Failure("bad_request", refused)


def _wrong_key(asked: Asked) -> str:
    return f"{asked.shown} refused the key: check {asked.named}_API_KEY and {asked.named}_BASE_URL."


def words(error: openai.APIStatusError, secret: str | None = None) -> str:
    """What the provider says: one short line without `secret`, "" when it says nothing to people."""
    found = error.body
    if isinstance(found, dict):
        found = next((found[name] for name in ("message", "detail", "error") if isinstance(found.get(name), str)), "")
    text = re.sub(r"<[^>]*>", " ", found) if isinstance(found, str) else ""
    text = text.replace(secret, "…") if secret else text
    return _line(text, MOST)


def _line(text: str, most: int) -> str:
    line = " ".join("".join(c if c.isprintable() else " " for c in text[: 10 * most]).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def is_moderated(error: openai.APIStatusError, texts: str) -> bool:
    """Whether the refusal is about what a task says. `texts`: all texts of the request."""
    if error.status_code not in _MODERATING:
        return False
    named = f"{error.code or ''} {error.type or ''}"
    return bool(_CODES.search(named)) or _says(_MODERATED, error, texts)


def is_about_key(error: openai.APIStatusError, texts: str) -> bool:
    """Whether the refusal is about the key, whatever its status."""
    return _says(_KEY, error, texts)


def _says(patterns: tuple[str, ...], error: openai.APIStatusError, texts: str) -> bool:
    said = words(error)
    found = (match for pattern in patterns for match in re.finditer(rf"\b{pattern}\b", said, re.IGNORECASE))
    return any(said[max(0, match.start() - _AROUND) : match.end() + _AROUND] not in texts for match in found)
