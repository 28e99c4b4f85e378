"""Text as a bag of words, the only thing the stand-in understands of it.

English-minded and light on purpose: a small stop list and the commonest endings, so that "charged" meets "charges".
"""

import re
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ENDINGS = ("ing", "ied", "ies", "ed", "es", "ly", "s")
_SHORTEST = 3
_STOP_WORDS = """
    a about after again all also am an and any are as at be because been before being but by can cannot could d did
    do does doing don during each few for from further get gets had has have having he her here hers him his i if in
    into is it its itself just ll m me more most my myself of on once only or other our ours out over own re s same
    she should so some such t than that the their theirs them then there these they this those through to too under
    until up us ve very was we were what which while will with would you your yours
"""
_STOP = frozenset(_STOP_WORDS.split())


def words(text: str) -> tuple[str, ...]:
    """The distinct stems of `text`, in the order they appear, without stop words."""
    return tuple(dict.fromkeys(stem(word) for word in _WORD.findall(text.lower()) if word not in _STOP))


def name_words(name: str) -> tuple[str, ...]:
    """The words of a label's name, whether written `card_arrival`, `card-arrival`, `cardArrival` or `Card arrival`."""
    return words(_CAMEL.sub(" ", name))


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """`word` without its commonest English ending: charge, charged, charges and charging are all "charg"."""
    for ending in _ENDINGS:
        if word.endswith(ending) and not word.endswith("ss") and len(word) - len(ending) >= _SHORTEST:
            word = word[: -len(ending)]
            break
    if len(word) > _SHORTEST and word[-1] in "eyi":
        word = word[:-1]
    if len(word) > _SHORTEST and word[-1] == word[-2]:
        word = word[:-1]
    return word
