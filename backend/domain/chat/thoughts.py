"""Thoughts: what a model says to itself before it answers, in the marks of whatever family of models.

The mark that opens them often stands in the chat template, so that a text holds the closing one alone. What is thought
is no answer: everything up to the last closing mark, and everything behind a mark that is never closed.
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
    """Where what follows the last closing mark begins, in characters; 0 without one."""
    return max((mark.end() for mark in _CLOSING.finditer(text)), default=0)


def opens_thoughts(text: str) -> bool:
    """Whether a mark in `text` opens thoughts."""
    return _OPENING.search(text) is not None
