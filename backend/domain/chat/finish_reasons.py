"""Why a model stopped, in the words of whatever server: OpenAI's `length` and `content_filter` have many names."""

import re
from functools import lru_cache

_FEW = 256
"""Servers have a handful of reasons, and each is looked at several times for each answer."""
_CUT = re.compile(
    r"length|limit|max|context|window|time[ _-]?out|truncat|exceed|incomplete|interrupt|abort|cancel|preempt"
    r"|insufficient",
    re.IGNORECASE,
)
_BROKEN_OFF = re.compile(r"error|abort|cancel|preempt|insufficient_system_resource", re.IGNORECASE)
_REFUSED = re.compile(
    r"content[ _-]?filter|safety|recitation|prohibit|blocklist|\bblocked|spii|refus|sensitive|guardrail|moderat"
    r"|flagged",
    re.IGNORECASE,
)


@lru_cache(_FEW)
def is_cut(reason: str) -> bool:
    """Whether the text may have gone on."""
    return _CUT.search(reason) is not None


@lru_cache(_FEW)
def is_broken_off(reason: str) -> bool:
    """Whether the server, not the model, ended it: without a text there is no answer."""
    return _BROKEN_OFF.search(reason) is not None


@lru_cache(_FEW)
def is_refusal(reason: str) -> bool:
    """Whether the provider kept the answer back for what it says, or for what was asked."""
    return _REFUSED.search(reason) is not None
