"""Connections to models' servers. Keys are in none of this."""

from typing import TYPE_CHECKING, Any

from backend.domain.connection import StoredConnection

if TYPE_CHECKING:
    from backend.services.setup.connection_check import ConnectionCheck


def connection_json(stored: StoredConnection) -> dict[str, Any]:
    """`key`: where the key is, never the key."""
    return {
        "name": stored.name,
        "address": stored.shown,
        "key": stored.key,
        "timeout_s": stored.timeout_s,
        "concurrency": stored.concurrency,
        "price_in": stored.price_in,
        "price_out": stored.price_out,
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
    }
