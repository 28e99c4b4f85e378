"""`python -m benchmarks.spans [FILE]`: answers with quotes are read, placed in their texts and scored.

Without FILE, a thousand made-up texts of 2 kB with five spans each. FILE: sentences with IO tags, a token and its tag a
line and a blank line between sentences, as Wikigold has them: its entities are quoted as models quote them, with other
capitals, quotation marks, dashes and blanks, and some twice. Seeded; only the times differ.
"""

import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from time import process_time

from backend.domain.labels.placement.counts import placement_counts
from backend.domain.labels.placement.location import Location, Quote, Unlocated, locate
from backend.domain.labels.placement.normal_text import EXACT, needle_of
from backend.domain.metrics.controls.set_match import SetMatch, set_match, total
from backend.domain.metrics.controls.span_schemes import LabelledSpan

TEXTS, CHARACTERS, SPANS = 1000, 2000, 5
WORDS = (
    "the",
    "of",
    "Oslo",
    "Émile",
    "naïve",
    "“quoted”",
    "1990–2000",
    "Anna Berg",
    "Acme’s",
    "delivery",
    "came",
    "late",
)
LABELS = ("PER", "LOC", "ORG")

Sentence = tuple[str, list[LabelledSpan]]


def main() -> None:
    rng = random.Random(1)
    if len(sys.argv) > 1:
        report("entities quoted as models do", list(tagged(Path(sys.argv[1]))), perturbed, rng)
        return
    made = [made_up(rng) for _ in range(TEXTS)]
    report("exact quotes", made, lambda quote, _: quote, rng)
    report("quotes as models change them", made, perturbed, rng)


def report(
    title: str, sentences: list[Sentence], change: Callable[[str, random.Random], str], rng: random.Random
) -> None:
    answers = [answer(sentence, change, rng) for sentence in sentences]
    begun, placed = process_time(), list[tuple[list[Quote], list[Location | Unlocated]]]()
    for (text, _), said in zip(sentences, answers, strict=True):
        quotes = [Quote(item["text"], item["label"], item["before"]) for item in json.loads(said)["ner"]]
        placed.append((quotes, locate(text, quotes)))
    answered = [[(one.start, one.end, str(quote.label)) for quote, one in located(*both)] for both in placed]
    missing = [sum(isinstance(one, Unlocated) for one in found) for _, found in placed]
    matches = [
        set_match(wanted, said) + SetMatch(answered=lost)
        for (_, wanted), said, lost in zip(sentences, answered, missing, strict=True)
    ]
    score = total(matches)
    spent = (process_time() - begun) / len(sentences) * 1000
    wrong = sum(
        not same(text, *both) for (text, _), pair in zip(sentences, placed, strict=True) for both in located(*pair)
    )
    print(f"{title}: {placement_counts(one for _, found in placed for one in found).sentence}; {wrong} slices wrong")
    print(f"  F1 {score.f1:.4f}; {spent:.2f} ms a text, read, placed and scored, of {len(sentences):,} texts")


def located(quotes: list[Quote], found: list[Location | Unlocated]) -> Iterator[tuple[Quote, Location]]:
    return ((quote, one) for quote, one in zip(quotes, found, strict=True) if isinstance(one, Location))


def same(text: str, quote: Quote, found: Location) -> bool:
    piece = text[found.start : found.end]
    return (
        piece == quote.text
        if found.tier == EXACT
        else needle_of(piece, found.tier) == needle_of(quote.text, found.tier)
    )


def answer(sentence: Sentence, change: Callable[[str, random.Random], str], rng: random.Random) -> str:
    """The JSON of a model that finds all spans."""
    text, spans = sentence
    items = [
        {"label": label, "text": change(text[start:end], rng), "before": " ".join(text[:start].split()[-5:])}
        for start, end, label in spans
    ]
    return json.dumps({"ner": items})


def perturbed(quote: str, rng: random.Random) -> str:
    changes: tuple[Callable[[str], str], ...] = (
        str,
        str.upper,
        str.lower,
        lambda text: text.replace(" ", "\n"),
        lambda text: text.translate(str.maketrans("“”’–", '""\'-')),
        lambda text: f" {text} ",
        lambda text: f"{text} (sic)",
    )
    return rng.choice(changes)(quote)


def made_up(rng: random.Random) -> Sentence:
    text = ""
    while len(text) < CHARACTERS:
        text += (
            rng.choice(WORDS)
            + (f" {rng.randrange(10_000)}" if rng.random() < 0.3 else "")
            + rng.choice((" ", " ", ", "))
        )
    spans = Counter[LabelledSpan]()
    while len(spans) < SPANS:
        start = text.index(" ", rng.randrange(len(text) - 100)) + 1
        spans[start, text.index(" ", start + 8), rng.choice(LABELS)] += 1
    return text, sorted(spans)


def tagged(path: Path) -> Iterator[Sentence]:
    """The sentences of a file of tokens with IO tags, tokens joined by blanks."""
    for block in path.read_text("utf-8").split("\n\n"):
        rows = [line.rsplit(" ", 1) for line in block.splitlines() if line.strip()]
        if rows:
            yield sentence_of([(token, tag.removeprefix("I-")) for token, tag in rows])


def sentence_of(tokens: list[tuple[str, str]]) -> Sentence:
    """Tokens in a row with one label are one span."""
    text, spans, last = "", list[LabelledSpan](), "O"
    for token, label in tokens:
        start = len(text) + bool(text)
        text += f"{' ' if text else ''}{token}"
        if label != "O":
            first = spans.pop()[0] if label == last else start
            spans.append((first, len(text), label))
        last = label
    return text, spans


if __name__ == "__main__":
    main()
