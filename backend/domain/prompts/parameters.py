"""Parameters of a prompt version, named as in the provider's API: which are known, and which values they may have.

A misspelt parameter would be sent and often silently ignored. So a prompt file's header accepts only the well-known
names; others must be given explicitly (`parameters:` in the header, `--param` on the command line).
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from backend.errors import PromptError

FIXED_PARAMETERS = ("model", "messages", "response_format", "stream", "n", "logprobs", "tools", "functions")
"""What the engine sets itself, so that no version may."""

ParameterCheck = tuple[Callable[[Any], bool], str]


def _number(least: float, most: float) -> ParameterCheck:
    def holds(value: Any) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most

    return holds, f"a number from {least:g} to {most:g}"


def _integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _texts(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(item, str) for item in value))


_LENGTH: ParameterCheck = (lambda value: _integer(value) and value >= 1, "a whole number of at least 1")
CHECKS: Mapping[str, ParameterCheck] = {
    "temperature": _number(0, 2),
    "top_p": _number(0, 1),
    "seed": (_integer, "a whole number"),
    "max_tokens": _LENGTH,
    "max_completion_tokens": _LENGTH,
    "frequency_penalty": _number(-2, 2),
    "presence_penalty": _number(-2, 2),
    "stop": (_texts, "a text or a list of texts"),
    "reasoning_effort": (lambda value: isinstance(value, str), "a text, like low"),
}
"""Name -> what it may be, as the reference of OpenAI's chat completions has it."""


def check_parameters(parameters: Mapping[str, Any]) -> None:
    """Raises PromptError for a parameter that the engine sets itself, is not JSON or is out of range."""
    for name, value in parameters.items():
        if name in FIXED_PARAMETERS:
            raise PromptError(f"The parameter '{name}' is set by the engine: leave it out.")
        try:
            text = json.dumps(value, allow_nan=False)
        except (TypeError, ValueError):
            raise PromptError(f"The parameter '{name}' is not JSON: use a number, a text or true/false.") from None
        if name in CHECKS and not CHECKS[name][0](value):
            raise PromptError(f"The parameter '{name}' cannot be {text[:40]}: use {CHECKS[name][1]}.")
