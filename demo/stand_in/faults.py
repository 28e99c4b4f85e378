"""Which fault, if any, hits a request.

Chance here is a hash of the seed, the request's body and how often that body was asked before: the same run meets the
same faults in whatever order its requests arrive, and asking again is a fresh draw.
"""

import random
from hashlib import blake2b

from demo.stand_in.switches import FAULTS, Switches


def drawn_fault(switches: Switches, digest: bytes, asked_before: int) -> str | None:
    """The fault that the request with this digest meets when asked for the time after `asked_before` times."""
    shares = [getattr(switches, kind) for kind in FAULTS]
    if not any(shares):
        return None
    drawn = _number(switches.seed, digest, asked_before) / 2**64
    for kind, share in zip(FAULTS, shares, strict=True):
        drawn -= share
        if drawn < 0:
            return kind
    return None


def sampler(switches: Switches, digest: bytes, index: int) -> random.Random:
    """The source of chance for answer `index` to the request with this digest; the same again for the same answer."""
    return random.Random(_number(switches.seed, b"sample" + digest, index))


def _number(seed: int, digest: bytes, count: int) -> int:
    return int.from_bytes(blake2b(b"%d:%d:%b" % (seed, count, digest), digest_size=8).digest(), "big")
