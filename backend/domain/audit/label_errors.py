"""Audit: is the ground truth right? Pure ranking of the truths that confident answers of several versions contradict.

A truth is the more suspect the less probable it is by what the versions answered (the self-confidence of confident
learning: Northcutt, Jiang and Chuang 2021, JAIR 70:1373). Versions are an ensemble: the mean of their probabilities
counts, each version's calibrated by how often it agrees with the truths. It never changes a truth; people do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.domain.answer import Answer
from backend.domain.audit.ensemble import EnsembleVote, voice_of
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Outcome, Truth


@dataclass(frozen=True, slots=True)
class Suspect:
    """A truth that may be wrong. `score`: 0..1, how probable it is by the versions that it is; `versions`: tags that
    say `suggested`."""

    task_id: int
    truth: Answer
    suggested: Answer
    score: float
    versions: tuple[str, ...]


def audit(versions: Mapping[str, Sequence[Outcome]], truths: Sequence[Truth], schema: LabelSchema) -> list[Suspect]:
    """The most suspect first: truths than which another answer is more probable. `versions`: tag -> outcomes.

    Give only truths that people gave: ones accepted from a prompt's own predictions agree with it.
    """
    voices = {tag: voice_of(outcomes, truths, schema) for tag, outcomes in versions.items()}
    answers = {name for voice in voices.values() for name in (*voice.said.values(), *voice.truths.values())}
    given = {tag: {o.task_id: o.answer for o in outcomes if o.answer is not None} for tag, outcomes in versions.items()}
    found = []
    for truth in truths:
        heard = {tag: voice for tag, voice in voices.items() if truth.task_id in voice.said}
        doubt = _doubt(truth.task_id, heard, len(answers) - 1)
        if doubt is not None:
            suggested, score = doubt
            tags = tuple(tag for tag, voice in heard.items() if voice.said[truth.task_id] == suggested)
            found.append(Suspect(truth.task_id, truth.answer, given[tags[0]][truth.task_id], score, tags))
    return sorted(found, key=lambda suspect: (-suspect.score, suspect.task_id))


def _doubt(task: int, heard: Mapping[str, EnsembleVote], others: int) -> tuple[str, float] | None:
    """The most probable answer with the probability that the truth is wrong; None where nothing speaks against it."""
    if not heard:
        return None
    truth = next(iter(heard.values())).truths[task]
    names = {truth, *(voice.said[task] for voice in heard.values())}
    chances = {
        name: sum(voice.probability(task, name, others) for voice in heard.values()) / len(heard) for name in names
    }
    best = max(sorted(names), key=lambda name: (chances[name], name == truth))
    return None if best == truth else (best, 1 - chances[truth])
