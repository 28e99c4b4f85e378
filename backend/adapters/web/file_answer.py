"""What a server answers to a request for a file: its bytes, up to a limit, where it is, or why there is none."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urljoin, urlsplit

from backend.domain.outcome import Failure

if TYPE_CHECKING:
    import httpx

SLOWEST_S = 60.0
"""For a whole file, however steadily it comes."""
NOT_COMPRESSED = {"Accept-Encoding": "identity"}
_COMPRESSIONS = ("gzip", "deflate", "br", "zstd")
_SIGNATURES = ("x-amz-signature", "x-goog-signature", "signature", "sig")


@dataclass(frozen=True, slots=True)
class Moved:
    """`url`: where a redirect leads."""

    url: str


Answer = bytes | Moved | Failure
"""`Failure.detail` is the end of a sentence that begins with the file."""


def answer_of(response: "httpx.Response", url: str, most: int) -> Answer:
    """Reads a streamed response to a request for `url`, at most `most` bytes of it."""
    status = response.status_code
    if 300 <= status < 400 and "location" in response.headers:
        return Moved(urljoin(url, response.headers["location"]))
    if status != 200:
        return trouble_of(status, url)
    if _is_compressed(response):
        return Failure("bad_task", "cannot be read: its server compresses it, though asked not to.")
    return _read(response, most)


def _is_compressed(response: "httpx.Response") -> bool:
    """Whether httpx would unpack it, of which a few bytes may fill the memory."""
    encodings = response.headers.get("content-encoding", "")
    return any(encoding.strip().lower() in _COMPRESSIONS for encoding in encodings.split(","))


def _read(response: "httpx.Response", most: int) -> bytes | Failure:
    """Piece by piece as it comes, so that a server that sends a byte now and then is noticed."""
    content, until = bytearray(), time.monotonic() + SLOWEST_S
    for piece in response.iter_raw():
        content += piece
        if len(content) > most:
            return too_large(most)
        if time.monotonic() > until:
            return too_slow()
    return bytes(content)


def too_slow() -> Failure:
    return Failure("timeout", f"did not come within {SLOWEST_S:.0f} s: try again later.")


def too_large(most: int) -> Failure:
    return Failure("bad_task", f"is larger than {most / 10**6:g} MB (MAX_IMAGE_MB).")


def trouble_of(status: int, url: str) -> Failure:
    """Why a server does not hand out a file."""
    if status in (400, 401, 403, 410) and is_signed(url):
        return Failure("bad_task", f"is behind an address whose signature has expired ({status}): give it a new one.")
    if status in (401, 403, 407):
        return Failure("bad_task", f"is behind a login ({status}).")
    if status in (404, 410):
        return Failure("bad_task", f"is not there ({status}).")
    if status == 429 or status >= 500:
        return Failure("server", f"cannot be read now (its server answers {status}): try again later.")
    return Failure("bad_task", f"cannot be read (its server answers {status}).")


def is_signed(url: str) -> bool:
    """Whether an address carries a signature, which expires."""
    return any(name.lower() in _SIGNATURES for name in parse_qs(urlsplit(url).query))
