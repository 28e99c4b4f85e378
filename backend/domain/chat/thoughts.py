"""Thoughts: text that a model writes for itself before it answers, between the marks of its family of models.

The opening mark is often in the chat template, so that a text has only the closing one. Thoughts are not part of the
answer: everything up to the last closing mark, and everything after a mark that is never closed.
"""

import re

_WORD = r"(?:think|thought|reason|reflect|rationale|scratch|analys[ie]s|monologue|deliberat|ponder|cot\b)"
_NAME = rf"[\w:.-]{{0,30}}{_WORD}[\w:.-]{{0,30}}\s*"
_CLOSING = re.compile(
    "|".join(
        (
            rf"<\s*/\s*{_NAME}>",  # </think>, </thinking>, </reasoning>, </seed:think>, …
            rf"\[\s*/{_NAME}\]",  # [/THINK] of Magistral
            rf"◁\s*/{_NAME}▷",  # Kimi
            rf"<\|\s*(?:/|end){_NAME}\|>",  # <|END_THINKING|> of Command, <|end_of_thought|> of OpenThinker
            r"<\|channel\|>\s*final\b[^<{]{0,40}(?:<\|constrain\|>[^<{]{0,40})?(?:<\|message\|>)?",  # gpt-oss (harmony)
            r"assistantfinal(?=\W)",  # the same where the server leaves the marks out
            r"<channel\|>",  # Gemma 4
            r"<\|content\|>",  # Solar
            r"<\|inner_suffix\|>",  # Apertus
            r"<unused95>",  # MedGemma
            r"here(?:['’]s| is) my response:",  # Granite
        )
    ),
    re.IGNORECASE,
)
_OPENING = re.compile(
    "|".join(
        (
            rf"<(?!\s*/)\s*{_NAME}>",
            rf"\[(?!\s*/){_NAME}\]",
            rf"◁(?!\s*/){_NAME}▷",
            rf"<\|(?!\s*(?:/|end)){_NAME}\|>",
            r"<\|channel\|>(?!\s*final\b)",
            r"<\|channel>",
            r"<\|inner_prefix\|>",
            r"<unused94>",
            r"here(?:['’]s| is) my thought process:",
        )
    ),
    re.IGNORECASE,
)


def end_of_thoughts(text: str) -> int:
    """Index of the character after the last closing mark; 0 without one."""
    return max((mark.end() for mark in _CLOSING.finditer(text)), default=0)


def opens_thoughts(text: str) -> bool:
    """Whether a mark in `text` opens thoughts."""
    return _OPENING.search(text) is not None
