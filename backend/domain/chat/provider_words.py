"""Provider words: makes a provider's message about a refusal fit for people: short, printable, and without what we
sent.

Providers repeat parts of the request, and cut what they repeat. Repeated parts of a task's text are removed word by
word, and so is the key. In scripts that do not divide words by spaces, each letter counts as a word.
"""

import re
from collections.abc import Sequence
from unicodedata import normalize

_READ, _MOST = 600, 200
_SYLLABLES = (
    "\u3005-\u3007\u3040-\u30ff\u3100-\u312f\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
_LETTERS = "\u0e00-\u109f\u1780-\u17ff"
"""Of Chinese, Japanese and Korean; of Thai, Lao, Tibetan, Burmese and Khmer, with their vowel signs."""
_UNSPACED = f"[{_SYLLABLES}{_LETTERS}]"
_WORD = re.compile(rf"{_UNSPACED}|(?:(?!{_UNSPACED})\w)+")
_UNSPACED_RUNS = ((re.compile(f"[{_SYLLABLES}]+"), 3), (re.compile(f"{_UNSPACED}+"), 5))
"""Letters side by side that do not coincide by chance when a task's text has them too."""
_ALONE = 2
"""The same where they have no other letter beside them."""
_ESCAPES = re.compile(r"\\{1,8}(?:u([0-9a-fA-F]{4})|[nrtbf\"'/])?")
_QUOTES = "'\"`‘’“”«»"
_CUTS = ("...", "…")
_PHRASE, _LONG_WORD, _NUMBER, _KEY, _PART = 7, 12, 4, 4, 8
"""Letters of two or three words, of one word, and of one with digits in it, that do not coincide by chance when a
task's text has them too; and of a key, or a part of one, that is worth hiding."""
_LENGTHS = (1, 2, 3, 5)
"""Numbers of words that are compared."""
_KEYS = re.compile(r"\b(?:sk|pk|gsk|xai|key|bearer)[-_ ][\w.-]{8,}", re.IGNORECASE)


def quotable(message: str, texts: str, secret: str = "") -> str:
    """`message` without the words that repeat `texts` (the task's part of the request) or `secret`, at most 200
    characters.

    It is "" if nothing is left.
    """
    printable = "".join(letter if letter.isprintable() else " " for letter in _unescaped(message))
    short = normalize("NFC", " ".join(_without(printable, secret).split())[:_READ])
    words = list(_WORD.finditer(short))
    remainder = _cut(short, words, _echoed(words, short, normalize("NFC", texts)))
    return remainder[: _MOST - 1] + "…" if len(remainder) > _MOST else remainder if _WORD.search(remainder) else ""


def _unescaped(message: str) -> str:
    """The message with letters and spaces in place of JSON's escapes, which a provider may have put in when it repeated
    a text."""
    return _ESCAPES.sub(lambda escape: chr(int(escape[1], 16)) if escape[1] else " ", message[: 4 * _READ])


def _without(text: str, secret: str) -> str:
    parts = [secret[n : n + _PART] for n in range(max(1, len(secret) - _PART + 1))] if len(secret) >= _KEY else []
    words = [word for word in text.split(" ") if not any(part in word for part in parts)]
    return _KEYS.sub("…", " ".join(words))


def _echoed(words: Sequence[re.Match[str]], message: str, texts: str) -> set[int]:
    """The numbers of those words of the message that repeat a part of `texts`."""
    folded, written = [word[0].casefold() for word in words], _WORD.findall(texts.casefold())
    phrases = {(n, m): " ".join(folded[n : n + m]) for m in _LENGTHS for n in range(len(folded) - m + 1)}
    repeated = _phrases_of(written, set(phrases.values()))
    lines = {" ".join(_WORD.findall(line.casefold())) for line in texts.splitlines() if len(line) <= _READ}
    whole = {
        n + k
        for (n, m), phrase in phrases.items()
        if phrase in repeated and (phrase in lines or _is_telling(words[n : n + m], message))
        for k in range(m)
    }
    return whole | {n for n, word in enumerate(words) if n not in whole and _is_part(word, message, written)}


def _phrases_of(words: Sequence[str], phrases: set[str]) -> set[str]:
    """Those of `phrases` that occur in the words of the texts, in one pass, however long the texts are."""
    first = {phrase.partition(" ")[0] for phrase in phrases}
    starts = [n for n, word in enumerate(words) if word in first]
    return {phrase for m in _LENGTHS for n in starts if (phrase := " ".join(words[n : n + m])) in phrases}


def _is_telling(words: Sequence[re.Match[str]], message: str) -> bool:
    """Whether it is unlikely that the task's text has these words of the message by chance."""
    start, end = words[0].start(), words[-1].end()
    before, after = message[:start][-1:], message[end:][:1]
    if before and before in _QUOTES and after and after in _QUOTES:
        return True
    if len(words) == 1:
        return _is_telling_word(words[0][0])
    phrase = message[start:end]
    alone = not _WORD.fullmatch(before) and not _WORD.fullmatch(after)
    fewest = next((fewest for run, fewest in _UNSPACED_RUNS if run.fullmatch(phrase)), None)
    if fewest is not None:
        return len(words) >= (_ALONE if alone else fewest)
    return len(words) <= 3 and sum(len(word[0]) for word in words) >= _PHRASE


def _is_telling_word(word: str) -> bool:
    numbers = len(word) >= _NUMBER and any(letter.isdigit() for letter in word)
    return len(word) >= _LONG_WORD or numbers or not (word.isascii() or re.fullmatch(_UNSPACED, word))


def _is_part(word: re.Match[str], message: str, written: Sequence[str]) -> bool:
    """Whether this word of the message is a part of a word of the task: the beginning of a word that the provider cut,
    or a long part of any word."""
    part, after = word[0].casefold(), message[word.end() :]
    if after.startswith(_CUTS) and any(whole.startswith(part) for whole in written):
        return True
    return len(part) >= _NUMBER and _is_telling_word(part) and any(part in whole for whole in written)


def _cut(message: str, words: Sequence[re.Match[str]], echoed: set[int]) -> str:
    """The message with an ellipsis in place of adjacent removed words."""
    parts, last = [], 0
    for number, word in enumerate(words):
        if number in echoed:
            parts += [] if number - 1 in echoed else [message[last : word.start()], "…"]
            last = word.end()
    return "".join([*parts, message[last:]]).strip()
