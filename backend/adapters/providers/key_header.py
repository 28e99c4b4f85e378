"""Key header: sends a key in another header than the openai client does (for Azure's servers), or a key that changes
(Google's, every hour)."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx2

from backend.adapters.providers.model_connection import ModelConnection
from backend.domain.connections.profiles import API_KEY

Hook = Callable[[httpx2.Request], None]


def request_hooks(connection: ModelConnection) -> list[Hook]:
    """For a client's event hook `request`."""
    profile = connection.profile
    if connection.renewed_key is not None:
        return [_renewing(connection.renewed_key)]
    return [_as_api_key] if profile is not None and profile.key == API_KEY else []


def async_request_hooks(connection: ModelConnection) -> list[Callable[[httpx2.Request], Awaitable[None]]]:
    """The same for an asynchronous client."""
    return [_asynchronous(hook) for hook in request_hooks(connection)]


def _asynchronous(hook: Hook) -> Callable[[httpx2.Request], Awaitable[None]]:
    async def hooked(request: httpx2.Request) -> None:
        await asyncio.to_thread(hook, request)

    return hooked


def _renewing(key: Callable[[], str]) -> Hook:
    def hook(request: httpx2.Request) -> None:
        request.headers["Authorization"] = f"Bearer {key()}"

    return hook


def _as_api_key(request: httpx2.Request) -> None:
    key = request.headers.pop("Authorization", "").removeprefix("Bearer ")
    request.headers["api-key"] = key
