"""Confidence of labels against what a simulated model truly samples under the schema, before and after the mask.

The model's own probabilities of tokens are known. A server that reports before the mask tells the 20 most probable ones
among thousands that are not labels; one that reports after it tells those that are allowed.
"""

import json
import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy

from backend.domain.calibration.reliability import reliability
from backend.domain.calibration.scored_answers import ScoredAnswer
from backend.domain.chat.branch import Rivals
from backend.domain.chat.branches import branches
from backend.domain.chat.value_places import value_spans
from backend.domain.labels.allowed_values import AllowedValues
from backend.domain.resolution.branch_confidence import weighed
from backend.domain.resolution.logprob_confidence import WIDEST

TASKS = 2000
TOLD = 20
DRAWS = 20
"""How often each answer is drawn right or wrong. Drawn once, an ECE of 0.02 is nothing but chance."""
OTHERS = 60
KINDS = {"an instruct model": (0.8, 1.0), "a base model": (0.05, 0.6)}
"""The part of the probability that labels have before the mask."""
GROUPS = ("Delivery", "Refund", "Account", "Payment", "Order")
MATTERS = ("time", "status", "request", "problem", "address")
LABELS = {
    "6 labels": ("Abbreviation", "Entity", "Description", "Human", "Location", "Number"),
    "25 labels": tuple(f"{group} {matter}" for group in GROUPS for matter in MATTERS),
    "Chinese, emojis": ("体育", "体制", "科技", "🎉 庆祝", "🎊 派对", "财经"),
}
Row = tuple[str, str, str]


class _Told(NamedTuple):
    """Of one answer: its confidence, the product of all its tokens, and how often the model truly gives it."""

    confidence: float | None
    product: float
    exact: float


def label_confidence(rng: Any) -> Iterator[Row]:
    for labels_name, labels in LABELS.items():
        for kind, masses in KINDS.items():
            told = [_answer(rng, labels, masses) for _ in range(TASKS)]
            yield from _rows(rng, f"{labels_name}, {kind}", told, len(labels))


def _rows(rng: Any, name: str, told: Sequence[_Told], labels: int) -> Iterator[Row]:
    known = [one for one in told if one.confidence is not None]
    sure = numpy.array([one.confidence for one in known])
    exact, product = (numpy.array([getattr(one, part) for one in known]) for part in ("exact", "product"))
    gap, former = (f"{abs(one - exact).mean():.3f}" for one in (sure, product))
    sure, exact = (numpy.tile(one, DRAWS) for one in (sure, exact))
    right = rng.random(len(exact)) < exact
    bound = "within 0.02" if "instruct" in name else "within 0.05"
    yield f"confidence from the truth, {name}", f"{gap} (product {former})", bound
    yield "  AUROC, exactly", f"{_auroc(sure, right):.3f}, {_auroc(exact, right):.3f}", "within 0.01"
    yield "  ECE, exactly", f"{_ece(sure, right):.3f}, {_ece(exact, right):.3f}", "within 0.01"
    yield "  answers with a confidence", f"{len(known) / len(told):.1%}", "no bound"


def _answer(rng: Any, labels: Sequence[str], masses: tuple[float, float]) -> _Told:
    """One answer, token by token: a branch for each letter at which labels differ, cut inside letters too."""
    chances = rng.dirichlet(numpy.full(len(labels), 0.5))
    label = labels[int(rng.choice(len(labels), p=chances))]
    text = json.dumps({"c": label}, ensure_ascii=False)
    paths = [_tokens(one) for one in labels]
    own, tokens, exact, logprob = _tokens(label), [(b'{"c": "', -0.5)], 1.0, -0.5
    rivals: list[Rivals] = [(("{", -0.5),)]
    for depth, token in enumerate(own):
        here = {n: path for n, path in enumerate(paths) if path[:depth] == own[:depth]}
        odds: dict[bytes, float] = {}
        for n, path in here.items():
            odds[path[depth]] = odds.get(path[depth], 0.0) + float(chances[n])
        total = sum(odds.values())
        exact *= odds[token] / total
        mass = float(rng.uniform(*masses))
        before = {piece: odd / total * mass for piece, odd in odds.items()} | _others(rng, 1 - mass)
        tokens.append((token, math.log(before[token])))
        rivals.append(_most_probable(before))
        logprob += math.log(before[token])
    tokens.append((b"}", 0.0))
    rivals.append(())
    values = AllowedValues(labels)
    kept = branches(text, tokens, {"c": values}, rivals.__getitem__)
    found = weighed(text, value_spans(text)["c"], kept or (), values)
    usable = found is not None and found.high - found.low <= WIDEST
    return _Told(found.point if found is not None and usable else None, math.exp(logprob), exact)


def _tokens(label: str) -> list[bytes]:
    """Of three bytes each, so that letters are cut; then the closing quote."""
    said = label.encode()
    return [*(said[start : start + 3] for start in range(0, len(said), 3)), b'"']


def _others(rng: Any, mass: float) -> dict[bytes, float]:
    """Tokens that the schema forbids."""
    shares = rng.dirichlet(numpy.full(OTHERS, 0.3)) * mass
    return {b"\x01%d" % n: float(share) for n, share in enumerate(shares)}


def _most_probable(chances: dict[bytes, float]) -> Rivals:
    best = sorted(chances.items(), key=lambda pair: -pair[1])[:TOLD]
    return tuple((token.decode("utf-8", "surrogateescape"), math.log(chance)) for token, chance in best if chance > 0)


def _auroc(sure: Any, right: Any) -> float:
    """How often a right answer is more confident than a wrong one."""
    from scipy.stats import rankdata

    ranks, hits = rankdata(sure), int(right.sum())
    return float((ranks[right].sum() - hits * (hits + 1) / 2) / (hits * (len(right) - hits)))


def _ece(sure: Any, right: Any) -> float:
    claims = [ScoredAnswer(n, float(p), bool(r)) for n, (p, r) in enumerate(zip(sure, right, strict=True))]
    return reliability(claims).ece or 0.0
