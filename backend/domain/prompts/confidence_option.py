"""Samples: asking the same several times where a model gives no log-probabilities, and what the answers say together.

Also the property of a version that says where its confidence comes from: `auto` (log-probabilities), `samples:K` or
`none`.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from backend.domain.answer import Answer
from backend.domain.outcome import Confidence, Rejection
from backend.errors import PromptError

LOGPROBS = "auto"
NONE = "none"
FEWEST, MOST = 2, 20
TEMPERATURE = 1
"""At this one a model's answers come as often as it holds them likely, so that their agreement means something."""


def check_confidence(text: str) -> str:
    """One of `auto`, `none` and `samples:K`, as it is kept. Raises PromptError for anything else."""
    text = text.strip()
    if text in (LOGPROBS, NONE):
        return text
    match = re.fullmatch(r"samples:0*(\d{1,3})", text)
    if not match or not FEWEST <= int(match[1]) <= MOST:
        raise PromptError(
            f"'{text[:40]}' is no source of confidence: use auto (log-probabilities), samples:K with K from {FEWEST} "
            f"to {MOST} (agreement of K answers), or none."
        )
    return f"samples:{int(match[1])}"


def samples_of(confidence: str) -> int:
    """How many requests a task takes."""
    return int(confidence.partition(":")[2] or 1)


def sampled(parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """A version's parameters when it is asked several times: answers must be able to differ, so a temperature of 0
    becomes TEMPERATURE; a higher one, or none, stays as it is."""
    return {**parameters, "temperature": TEMPERATURE} if parameters.get("temperature") == 0 else parameters


def vote(verdicts: Sequence[Answer | Rejection]) -> tuple[Answer | Rejection, Confidence | None]:
    """The most frequent Answer, and what share of all samples says so, as a whole and of each control.

    Of equally frequent ones it is the one that the first sample among them gave: sample numbers are drawn by nobody, so
    it is the same one each time and none is favoured. A Rejection counts against every answer; when there is nothing
    else, the first one is the verdict.
    """
    answers = [verdict for verdict in verdicts if not isinstance(verdict, Rejection)]
    if not answers:
        return verdicts[0], None
    votes = Counter(frozenset(answer.items()) for answer in answers)
    winner = max(answers, key=lambda answer: votes[frozenset(answer.items())])
    shares = {name: sum(a.get(name) == value for a in answers) / len(verdicts) for name, value in winner.items()}
    return winner, Confidence(votes[frozenset(winner.items())] / len(verdicts), shares)
