"""Connections to models' servers. Keys are in none of this."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from backend.domain.connections.connection import StoredConnection
from backend.domain.connections.learnt_format import LearntFormat

if TYPE_CHECKING:
    from backend.services.setup.connection_check import ConnectionCheck


def connection_json(
    stored: StoredConnection, spent: float | None = None, learnt: Sequence[LearntFormat] = ()
) -> dict[str, Any]:
    """A connection, without its key.

    spent: USD this month; None where there is no monthly budget
    learnt: what the models of its server refused
    """
    return {
        "name": stored.name,
        "address": stored.public_url,
        "key": stored.key,
        "timeout_s": stored.timeout_s,
        "concurrency": stored.concurrency,
        "price_in": stored.price_in,
        "price_out": stored.price_out,
        "requests_per_minute": stored.requests_per_minute,
        "tokens_per_minute": stored.tokens_per_minute,
        "profile": stored.server_profile and stored.server_profile.name,
        "monthly_budget": stored.monthly_budget,
        "spent_this_month": spent,
        "learnt": [asdict(format) for format in learnt],
        "created": stored.created or None,
    }


def connection_check_json(check: "ConnectionCheck") -> dict[str, Any]:
    return {
        "name": check.name,
        "address": check.address,
        "models": None if check.models is None else list(check.models),
        "model": check.model,
        "not_asked": str(check.not_asked) if check.not_asked else None,
        "seconds": check.seconds,
        "prompt_tokens": check.tokens[0] if check.tokens else None,
        "completion_tokens": check.tokens[1] if check.tokens else None,
        "usd": check.usd,
        "profile": check.profile,
        "requests_per_minute": check.limits[0],
        "tokens_per_minute": check.limits[1],
        "learnt": check.learnt and asdict(check.learnt),
        "abilities": [
            {"name": ability.name, "works": ability.works, "detail": ability.detail, "usd": ability.usd}
            for ability in check.abilities
        ],
    }
