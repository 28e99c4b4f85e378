"""Meant status: the HTTP status that fits an error. Proxies wrap a provider's refusal in a 500, and some servers wrap
it in a 200.

If an error will be the same in five minutes, a run must not wait. An error that gives no hint keeps its own status.
"""

import re
from collections.abc import Mapping
from typing import Any

from backend.adapters.providers.connection_errors import words_in

_PASSING = (408, 409, 425, 499)
_WRAPPED = re.compile(r"\b(?:error code|status(?:[ _]code)?|http)[:= ]{1,3}(4\d\d)\b", re.IGNORECASE)
"""As the clients of many languages say it: "Error code: 401 - {…}"."""
_KINDS = {
    402: r"budget_?exceeded|budget has been exceeded|insufficient_quota|exceeded_current_quota|billing_hard_limit"
    r"|insufficient (?:balance|credits?|funds|quota)|credit balance is too low",
    401: r"\bauth(?:entication)?_?error\b|\bunauthenticated\b|\binvalid_(?:api_)?key\b|\binvalid_?authentication"
    r"|\b(?:incorrect|invalid) api[ _-]?key\b|\bapi[ _-]?key (?:not valid|is invalid)|\btoken_(?:expired|not_found)\b",
    403: r"\bpermission_?denied(?:_?error)?\b|\bpermission_?error\b|\baccess_?denied(?:_?exception)?\b"
    r"|\bkey_model_access",
    404: r"\bmodel_not_found\b|\bmodel '[^']{1,200}' not found|\bdeployment_?not_?found\b|\bNotFoundError\b",
    429: r"\brate_?limit(?:_?error|_exceeded)\b|\bresource_exhausted\b|\btoo many requests\b",
    400: r"\bcontext_?(?:length|window)_?exceeded|\bexceed_context_size"
    r"|\b(?:maximum|available) context (?:length|size)\b|\bprompt is too long\b"
    r"|\bstring_above_max_length\b|\bcontent_?(?:policy_?violation|filter)"
    r"|\bbad_?request_?error\b|\binvalid_request_error\b|\binvalid_?argument\b|\bunsupported_?params_?error\b"
    r"|\bunprocessable_?entity",
}
"""What types, codes and messages call it (OpenAI, Anthropic, Google, Bedrock, llama.cpp, LiteLLM). The first counts."""
_PATTERNS = {status: re.compile(pattern, re.IGNORECASE) for status, pattern in _KINDS.items()}
_NAMED = ("type", "code", "status")


def meant_status(status: int, error: Any, texts: str = "") -> int:
    """The status from 400 to 499 that an error means; `status` if it is one, or if the error names none.

    error: its JSON
    texts: the task's part of the request; where the error repeats it, it means nothing
    """
    if 300 <= status < 500:
        return status
    fields = error if isinstance(error, dict) else {}
    number = _number(fields.get("code")) or _number(fields.get("status"))
    if number and number not in _PASSING:
        return number
    words = f"{' '.join(str(fields.get(name) or '')[:100] for name in _NAMED)} {words_in(error)}"
    return _kind(words, texts) or _wrapped(words, texts) or status


def refusal_in(body: Any, texts: str = "") -> tuple[int, dict[str, Any]] | None:
    """The status and the error of a body that is a refusal, although its own status is 200; None for any other."""
    error = _error_without_answer(body) if isinstance(body, dict) else None
    status = meant_status(200, error, texts) if isinstance(error, dict) else 200
    return (status, error) if isinstance(error, dict) and status not in (200, 429) else None


def _error_without_answer(body: Mapping[str, Any]) -> Any:
    """The error of a body whose first choice says nothing: OpenRouter puts it there too."""
    choice = (body["choices"][0] if body.get("choices") else None) or {}
    message = choice.get("message") or {}
    return None if message.get("content") or message.get("refusal") else choice.get("error") or body.get("error")


def names_key(kind: str) -> bool:
    """Whether the type or the code of an error says that the key was refused."""
    return _PATTERNS[401].search(kind) is not None


def _number(code: Any) -> int:
    """A status from 400 to 499; 0 for anything else."""
    text = str(code) if isinstance(code, int | str) else ""
    return int(text) if re.fullmatch(r"4\d\d", text, re.ASCII) else 0


def _kind(words: str, texts: str) -> int:
    statuses = (
        status for status, pattern in _PATTERNS.items() if any(word[0] not in texts for word in pattern.finditer(words))
    )
    return next(statuses, 0)


def _wrapped(words: str, texts: str) -> int:
    numbers = (int(word[1]) for word in _WRAPPED.finditer(words) if word[0] not in texts)
    return next((number for number in numbers if number not in _PASSING), 0)
