"""Ranks the ground truths that confident answers of several versions contradict. It changes no ground truth.

A ground truth is more suspect the less probable it is according to the versions (the self-confidence of confident
learning: Northcutt, Jiang and Chuang 2021, JAIR 70:1373). The versions are an ensemble: the mean of their probabilities
counts, and each version is calibrated by how often it agrees with the ground truths.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.domain.answer import Answer
from backend.domain.audit.ensemble import EnsembleVote, voice_of
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Outcome, Truth


@dataclass(frozen=True, slots=True)
class Suspect:
    """A ground truth that may be wrong.

    score: probability (0..1), according to the versions, that it is wrong
    versions: tags of the versions that answered `suggested`
    """

    task_id: int
    truth: Answer
    suggested: Answer
    score: float
    versions: tuple[str, ...]


def audit(versions: Mapping[str, Sequence[Outcome]], truths: Sequence[Truth], schema: LabelSchema) -> list[Suspect]:
    """Ground truths for which another answer is more probable, the most suspect first.

    Pass only ground truths that people made: those accepted from a prompt's own predictions agree with it.
    versions: tag -> outcomes
    """
    voices = {tag: voice_of(outcomes, truths, schema) for tag, outcomes in versions.items()}
    answers = {name for voice in voices.values() for name in (*voice.answers.values(), *voice.truths.values())}
    given = {tag: {o.task_id: o.answer for o in outcomes if o.answer is not None} for tag, outcomes in versions.items()}
    found = []
    for truth in truths:
        heard = {tag: voice for tag, voice in voices.items() if truth.task_id in voice.answers}
        doubt = _doubt(truth.task_id, heard, len(answers) - 1)
        if doubt is not None:
            suggested, score = doubt
            tags = tuple(tag for tag, voice in heard.items() if voice.answers[truth.task_id] == suggested)
            found.append(Suspect(truth.task_id, truth.answer, given[tags[0]][truth.task_id], score, tags))
    return sorted(found, key=lambda suspect: (-suspect.score, suspect.task_id))


def _doubt(task: int, heard: Mapping[str, EnsembleVote], others: int) -> tuple[str, float] | None:
    """The most probable answer and the probability that the ground truth is wrong; None if no answer contradicts it."""
    if not heard:
        return None
    truth = next(iter(heard.values())).truths[task]
    names = {truth, *(voice.answers[task] for voice in heard.values())}
    chances = {
        name: sum(voice.probability(task, name, others) for voice in heard.values()) / len(heard) for name in names
    }
    best = max(sorted(names), key=lambda name: (chances[name], name == truth))
    return None if best == truth else (best, 1 - chances[truth])
