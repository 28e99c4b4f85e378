"""Rivals: the other tokens that a model might have given, read from the body of a chat completion."""

from math import isfinite
from typing import Any

from backend.adapters.providers.response import token_bytes
from backend.domain.characters import as_bytes
from backend.domain.chat.alignment import Pieces, rounded
from backend.domain.chat.branch import Branch, Rivals, as_text
from backend.domain.chat.branches import branches
from backend.domain.chat.packed import unpacked
from backend.domain.chat.request import ChatRequest, Completion

_MOST = 20
"""More were not asked for."""


def branches_in(body: Any, request: ChatRequest, reply: Completion) -> tuple[Branch, ...] | None:
    """What the server told of the other tokens of `reply`, which was made of `body`; None if that is not to be used."""
    if not request.template.branches or not reply.logprobs:
        return None
    try:
        listed = body["choices"][0]["logprobs"]["content"]
        tokens = _tokens(listed, unpacked(reply.logprobs))
        return branches(reply.text, tokens, request.template.spec.allowed, lambda index: _rivals(listed[index]))
    except (TypeError, LookupError, ValueError, AttributeError, OverflowError):
        return None


def _tokens(listed: Any, pieces: Pieces) -> list[tuple[bytes, float]]:
    """Each with its log-probability. Where there are as many, they are the pieces that the answer was read in."""
    if len(pieces) == len(listed):
        return [(as_bytes(piece), logprob) for piece, logprob in pieces]
    return [(token_bytes(token["token"], token.get("bytes")), rounded(float(token["logprob"]))) for token in listed]


def _rivals(token: Any) -> Rivals:
    rivals = [
        (as_text(token_bytes(rival["token"], rival.get("bytes"))), float(rival["logprob"]))
        for rival in (token.get("top_logprobs") or ())[:_MOST]
    ]
    return tuple([rival for rival in rivals if isfinite(rival[1])])
