"""Connections to models' servers. Keys are in none of this."""

from typing import TYPE_CHECKING, Any

from backend.domain.connection import StoredConnection

if TYPE_CHECKING:
    from backend.services.setup.connection_check import ConnectionCheck


def connection_json(stored: StoredConnection, spent: float | None = None) -> dict[str, Any]:
    """`key`: where the key is, never the key. `spent`: USD this month; None where there is no monthly budget."""
    return {
        "name": stored.name,
        "address": stored.shown,
        "key": stored.key,
        "timeout_s": stored.timeout_s,
        "concurrency": stored.concurrency,
        "price_in": stored.price_in,
        "price_out": stored.price_out,
        "requests_per_minute": stored.requests_per_minute,
        "tokens_per_minute": stored.tokens_per_minute,
        "profile": stored.known and stored.known.name,
        "monthly_budget": stored.monthly_budget,
        "spent_this_month": spent,
        "created": stored.created or None,
    }


def connection_check_json(check: "ConnectionCheck") -> dict[str, Any]:
    return {
        "name": check.name,
        "address": check.address,
        "models": None if check.models is None else list(check.models),
        "model": check.model,
        "seconds": check.seconds,
        "prompt_tokens": check.tokens[0] if check.tokens else None,
        "completion_tokens": check.tokens[1] if check.tokens else None,
        "usd": check.usd,
        "profile": check.profile,
        "requests_per_minute": check.limits[0],
        "tokens_per_minute": check.limits[1],
        "abilities": [
            {"name": found.name, "works": found.works, "detail": found.detail, "usd": found.usd}
            for found in check.abilities
        ],
    }
