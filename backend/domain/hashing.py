"""Digests, under which requests and versions are stored. Equal content has an equal digest on every machine."""

import hashlib
import json
from typing import Any

SHARED = 61
"""Digits that the digests of a request's samples share."""


def canonical(value: Any) -> bytes:
    """`value` as JSON bytes with sorted keys, in ASCII, so that lone surrogates in hostile text survive."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON of `value`, 64 hex digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


def numbered(name: str, number: int) -> str:
    """The digest of sample `number` of a request whose own (sample 0's) is `name`: 61 of its digits, a hyphen and two
    decimal digits. So whoever knows a request's digest knows those of its samples."""
    return f"{name[:SHARED]}-{number:02}" if number else name


def of_samples(name: str, samples: int) -> list[str]:
    """The digests of `samples` samples, the request's own first."""
    return [numbered(name, number) for number in range(samples)]
