"""Scores of texts that a model wrote: equal, or how similar.

Two texts are equal after Unicode NFC with runs of white space as one blank. Edit similarity: 1 - Levenshtein distance /
length of the longer one. Token F1: of the words in common, as SQuAD counts them (Rajpurkar et al. 2016): without case,
punctuation and articles.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from backend.domain.metrics.set_match import SetMatch, f1_interval, set_match, total
from backend.domain.statistics.intervals import Interval, ratio
from backend.domain.statistics.task_ratios import mean_interval, share_interval

TextPair = tuple[Sequence[str], Sequence[str] | None]
"""The texts of the truth and those of the answer, one or several each; None for an unusable answer."""
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_ARTICLES = re.compile(r"\b(a|an|the)\b")


@dataclass(frozen=True, slots=True)
class TextScore:
    """`exact`: share of outputs with all texts equal, in order; `match`: texts as a set; `similarity` and `token_f1`:
    mean over outputs, of the best pairing where there are several texts."""

    outputs: int
    exact: float | None
    exact_ci: Interval | None
    match: SetMatch
    f1_ci: Interval | None
    similarity: float | None
    similarity_ci: Interval | None
    token_f1: float | None
    token_f1_ci: Interval | None


def text_score(pairs: Sequence[TextPair]) -> TextScore:
    """Of one control. An unusable answer is similar to nothing."""
    tidy = [([plain(text) for text in wanted], [plain(text) for text in given or ()]) for wanted, given in pairs]
    usable = [given is not None for _, given in pairs]
    exact = [float(known and wanted == given) for known, (wanted, given) in zip(usable, tidy, strict=True)]
    matches = [set_match(*both) for both in tidy]
    similar, tokens = ([best_mean(*both, measure) for both in tidy] for measure in (similarity, token_f1))
    return TextScore(
        outputs=len(pairs),
        exact=ratio(sum(exact), len(pairs)),
        exact_ci=share_interval([(value, 1.0) for value in exact]),
        match=total(matches),
        f1_ci=f1_interval(matches),
        similarity=ratio(sum(similar), len(similar)),
        similarity_ci=mean_interval(similar),
        token_f1=ratio(sum(tokens), len(tokens)),
        token_f1_ci=mean_interval(tokens),
    )


def plain(text: str) -> str:
    """NFC, runs of white space as one blank, none at the ends."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def similarity(one: str, other: str) -> float:
    """1 - Levenshtein distance / length of the longer; 1 for two empty texts."""
    longest = max(len(one), len(other))
    return 1 - edit_distance(one, other) / longest if longest else 1.0


def edit_distance(one: str, other: str) -> int:
    """Levenshtein distance in code points, a machine word at a time (Myers 1999, in Hyyrö's form): the columns of the
    table of differences are the bits of two integers."""
    if not one or not other:
        return len(one) + len(other)
    places: dict[str, int] = {}
    for index, character in enumerate(one):
        places[character] = places.get(character, 0) | 1 << index
    full, last = (1 << len(one)) - 1, 1 << (len(one) - 1)
    up, down, distance = full, 0, len(one)
    for character in other:
        equal = places.get(character, 0)
        across = (((equal & up) + up) ^ up) | equal | down
        right, left = down | ~(across | up) & full, up & across
        distance += bool(right & last) - bool(left & last)
        right, left = (right << 1 | 1) & full, left << 1 & full
        up, down = left | ~(equal | down | right) & full, right & (equal | down)
    return distance


def token_f1(one: str, other: str) -> float:
    """2 * common words / all words; 1 if neither has any, 0 if one has none."""
    first, second = Counter(_words(one)), Counter(_words(other))
    words = first.total() + second.total()
    return 2 * (first & second).total() / words if words else 1.0


def best_mean(wanted: Sequence[str], given: Sequence[str], measure: Callable[[str, str], float]) -> float:
    """The mean of `measure` over the best one-to-one pairing (Kuhn's Hungarian method), what is left over counting 0;
    1 if both are empty."""
    if not wanted or not given:
        return float(len(wanted) == len(given))
    table = [[measure(one, other) for other in given] for one in wanted]
    if len(wanted) == len(given) == 1:
        return table[0][0]
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(table, maximize=True)
    best: float = sum(table[row][column] for row, column in zip(rows, columns, strict=True))
    return best / max(len(wanted), len(given))


def _words(text: str) -> list[str]:
    return _ARTICLES.sub(" ", _PUNCTUATION.sub("", text.lower())).split()
