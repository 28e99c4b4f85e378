"""What else a model might have said, read from the body of a chat completion."""

from dataclasses import replace
from math import isfinite
from typing import Any

from backend.adapters.providers.response import token_bytes
from backend.domain.chat.branch import Reported, Rivals, as_text
from backend.domain.chat.branches import branches
from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.outcome import Failure

_MOST = 20
"""More were not asked for."""


def with_branches(reply: Completion | Failure, body: Any, request: ChatRequest) -> Completion | Failure:
    """`reply`, made of `body`, with what the server told of the other tokens; as it is if that is not to be used."""
    if not isinstance(reply, Completion) or not request.template.branches or not reply.logprobs:
        return reply
    try:
        tokens = [_reported(token) for token in body["choices"][0]["logprobs"]["content"]]
    except (TypeError, LookupError, ValueError, AttributeError, OverflowError):
        return reply
    return replace(reply, branches=branches(reply.text, tokens, request.template.spec.allowed))


def _reported(token: Any) -> Reported:
    return Reported(token_bytes(token["token"], token.get("bytes")), float(token["logprob"]), _rivals(token))


def _rivals(token: Any) -> Rivals:
    told = [
        (as_text(token_bytes(rival["token"], rival.get("bytes"))), float(rival["logprob"]))
        for rival in (token.get("top_logprobs") or ())[:_MOST]
    ]
    return tuple((rival, logprob) for rival, logprob in told if isfinite(logprob))
