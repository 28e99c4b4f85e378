"""The confidence option of a version: `auto` (log-probabilities), `samples:K`, `swap` or `none`. Also the vote among
samples.

Samples are several answers to one task, for models that return no log-probabilities. `swap` asks each task in both
orders of the inputs that it compares, see `domain.resolution.resolve.joined`, with log-probabilities.
"""

import re
from collections import Counter
from collections.abc import Collection, Hashable, Mapping, Sequence
from math import prod
from typing import Any

from backend.domain.answer import Answer, AnswerValue, Spans
from backend.domain.consensus import JOINED, consensus
from backend.domain.outcome import Confidence, Rejection
from backend.domain.relations import Relations
from backend.errors import PromptError

LOGPROBS = "auto"
NONE = "none"
SWAP = "swap"
FEWEST, MOST = 2, 20
TEMPERATURE = 1
"""At this one a model's answers come as often as it holds them likely, so that their agreement means something."""


def check_confidence(text: str) -> str:
    """The option as it is stored: `auto`, `none`, `swap` or `samples:K`. Raises PromptError for anything else."""
    text = text.strip()
    if text in (LOGPROBS, NONE, SWAP):
        return text
    match = re.fullmatch(r"samples:0*(\d{1,3})", text)
    if not match or not FEWEST <= int(match[1]) <= MOST:
        raise PromptError(
            f"'{text[:40]}' is not a source of confidence: use auto (log-probabilities), samples:K with K from "
            f"{FEWEST} to {MOST} (agreement of K answers), swap (both orders of a <Pairwise>), or none."
        )
    return f"samples:{int(match[1])}"


def samples_of(confidence: str) -> int:
    """How many requests a task needs."""
    return 2 if confidence == SWAP else int(confidence.partition(":")[2] or 1)


def sampled(parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """A version's parameters for several samples: a temperature of 0 becomes TEMPERATURE, so that answers can differ.

    A higher temperature, or none, stays as it is.
    """
    return {**parameters, "temperature": TEMPERATURE} if parameters.get("temperature") == 0 else parameters


def vote(verdicts: Sequence[Answer | Rejection]) -> tuple[Answer | Rejection, Confidence | None]:
    """The most frequent Answer and its share of all samples, as a whole and for each control.

    If several are equally frequent, the one that came first among the samples is taken: this is always the same one,
    and no answer is favoured. A Rejection counts against every answer. If there are only Rejections, the first one is
    the result. Values that can be joined, such as orders, do not vote: they are built from all samples.
    """
    answers = [verdict for verdict in verdicts if not isinstance(verdict, Rejection)]
    if not answers:
        return verdicts[0], None
    marking = _marking(answers)
    ballots = [_ballot(answer, marking) for answer in answers]
    votes = Counter(ballots)
    winner = max(zip(answers, ballots, strict=True), key=lambda ballot: votes[ballot[1]])[0]
    shares = {name: sum(a.get(name) == value for a in answers) / len(verdicts) for name, value in winner.items()}
    joined = _joined(winner, answers, len(verdicts), marking)
    shares |= {name: agreement for name, (_, agreement) in joined.items()}
    whole = max(votes.values()) / len(verdicts) * prod(agreement for _, agreement in joined.values())
    return {**winner, **{name: value for name, (value, _) in joined.items()}}, Confidence(whole, shares)


def _marking(answers: Sequence[Answer]) -> Collection[str]:
    """The controls whose spans are joined: none where an answer relates its spans, which are those of that answer."""
    held = [(name, value) for answer in answers for name, value in answer.items()]
    related = any(isinstance(value, Relations) for _, value in held)
    return {name for name, value in held if isinstance(value, Spans) and not related}


def _ballot(answer: Answer, marking: Collection[str]) -> Hashable:
    """What is voted on.

    marking: the controls that have spans in some answer; having none in this one does not make it another kind
    """
    kinds = ((name, type(value) if isinstance(value, JOINED) else value) for name, value in answer.items())
    return frozenset((name, None if name in marking else kind) for name, kind in kinds)


def _joined(
    winner: Answer, answers: Sequence[Answer], samples: int, marking: Collection[str]
) -> dict[str, tuple[AnswerValue | None, float]]:
    """Control -> the value on which all samples agree, and how much they do; of those that can be joined."""
    names = [name for name, value in winner.items() if isinstance(value, JOINED) or name in marking]
    joint = {name: consensus([answer.get(name) for answer in answers], samples) for name in names}
    return {name: value for name, value in joint.items() if value is not None}
