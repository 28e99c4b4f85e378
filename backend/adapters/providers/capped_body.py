"""A body of bounded size. The one file that reaches a private part of httpx2: where a response keeps what was read.

httpx2 would read, and unpack, a body without end, and has no setting against it.
"""

import contextlib

import httpx2

from backend.adapters.providers.connection_errors import check_whole

MOST_BYTES = 8_000_000


class TooLarge(ValueError):
    """A body, unpacked, of more than MOST_BYTES."""


async def read_capped(response: httpx2.Response) -> None:
    """Reads the body; for the client's event hook `response`. Raises TooLarge."""
    check_whole(response.status_code, response.headers)
    parts, size = [], 0
    async with contextlib.aclosing(response.aiter_bytes()) as stream:
        async for part in stream:
            parts.append(part)
            size += len(part)
            if size > MOST_BYTES:
                raise TooLarge
    response._content = b"".join(parts)  # where its own aread() would put it, and finds it
