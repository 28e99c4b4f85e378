"""A provider's message about a refusal, as people may read it: short, printable, and without what we sent.

Providers repeat parts of the request. Repeated parts of a task's text are removed word by word, and so is the key.
"""

import re
from collections.abc import Iterator, Sequence

_READ, _MOST = 600, 200
_WORD = re.compile(r"\w+")
_ESCAPES = re.compile(r"\\{1,8}(?:u([0-9a-fA-F]{4})|[nrtbf\"'/])?")
_QUOTES = "'\"`‘’“”«»"
_PHRASE, _LONG_WORD, _NUMBER, _KEY, _PART = 7, 12, 4, 4, 8
"""Letters of two or three words, of one word, and of one with digits in it, that do not coincide by chance when a
task's text has them too; and of a key, or a part of one, that is worth hiding."""
_KEYS = re.compile(r"\b(?:sk|pk|gsk|xai|key|bearer)[-_ ][\w.-]{8,}", re.IGNORECASE)


def quotable(message: str, texts: str, secret: str = "") -> str:
    """`message` without the words that repeat `texts` (the task's part of the request) or `secret`, at most 200
    characters.

    It is "" if nothing is left.
    """
    printable = "".join(letter if letter.isprintable() else " " for letter in _unescaped(message))
    short = " ".join(_without(printable, secret).split())[:_READ]
    words = list(_WORD.finditer(short))
    echoed = _echoed(words, short, texts)
    remainder = _cut(short, words, echoed)
    return remainder[: _MOST - 1] + "…" if len(remainder) > _MOST else remainder if _WORD.search(remainder) else ""


def _unescaped(message: str) -> str:
    """A text that is repeated as JSON has escapes between its words or in place of letters."""
    return _ESCAPES.sub(lambda escape: chr(int(escape[1], 16)) if escape[1] else " ", message[: 4 * _READ])


def _without(text: str, secret: str) -> str:
    parts = [secret[n : n + _PART] for n in range(max(1, len(secret) - _PART + 1))] if len(secret) >= _KEY else []
    words = [word for word in text.split(" ") if not any(part in word for part in parts)]
    return _KEYS.sub("…", " ".join(words))


def _echoed(words: Sequence[re.Match[str]], message: str, texts: str) -> set[int]:
    """The words of the message that repeat a text."""
    folded = [word[0].casefold() for word in words]
    phrases = {(n, m): " ".join(folded[n : n + m]) for m in (1, 2, 3) for n in range(len(folded) - m + 1)}
    repeated = _phrases_of(texts, set(phrases.values()))
    lines = {" ".join(_WORD.findall(line.casefold())) for line in texts.splitlines()}
    return {
        n + k
        for (n, m), phrase in phrases.items()
        if phrase in repeated and (phrase in lines or _is_telling(phrase, m) or _is_quoted(words[n : n + m], message))
        for k in range(m)
    }


def _phrases_of(texts: str, phrases: set[str]) -> set[str]:
    """Those of `phrases` that occur in the texts, in one pass, however long the texts are."""
    words = _WORD.findall(texts.casefold())
    return {phrase for m in (1, 2, 3) for phrase in _runs(words, m) if phrase in phrases}


def _runs(words: Sequence[str], length: int) -> Iterator[str]:
    return (" ".join(words[n : n + length]) for n in range(len(words) - length + 1))


def _is_telling(phrase: str, words: int) -> bool:
    letters = len(phrase) - words + 1
    if words > 1:
        return letters >= _PHRASE
    numbers = letters >= _NUMBER and any(letter.isdigit() for letter in phrase)
    return letters >= _LONG_WORD or numbers or not phrase.isascii()


def _is_quoted(words: Sequence[re.Match[str]], message: str) -> bool:
    before, after = message[: words[0].start()][-1:], message[words[-1].end() :][:1]
    return bool(before) and before in _QUOTES and bool(after) and after in _QUOTES


def _cut(message: str, words: Sequence[re.Match[str]], echoed: set[int]) -> str:
    """The message with an ellipsis in place of adjacent removed words."""
    parts, last = [], 0
    for number, word in enumerate(words):
        if number in echoed:
            parts += [] if number - 1 in echoed else [message[last : word.start()], "…"]
            last = word.end()
    return "".join([*parts, message[last:]]).strip()
