"""Audit: is the ground truth right? Pure ranking of the truths that confident answers of several versions contradict.

Confident learning (Northcutt, Jiang and Chuang 2021, JAIR 70:1373): a truth is suspect where another answer is at least
as probable as that answer usually is where it is the truth. Of a model we know the probability of its own answer only;
what it leaves is spread evenly over the others. Versions are an ensemble: the mean of their probabilities. It never
changes a truth; people do.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from backend.core.labels.schema import LabelSchema
from backend.core.outcomes import Answer, Outcome, Truth
from backend.core.scoring import REJECTED, Score, ratio
from backend.core.tasks import Task

Votes = Mapping[str, float]
"""Answer, as people read it -> its mean probability."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A truth that may be wrong. `score`: -2..2, how much more probable `suggested` is than `truth`, each compared with
    how probable it usually is where it is the truth; `versions`: tags that say `suggested`."""

    task_id: int
    truth: Answer
    suggested: Answer
    score: float
    versions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConfusionPair:
    """`times`: how often, over all versions, `truth` was answered with `answer`."""

    control: str
    truth: str
    answer: str
    times: int

    @property
    def sentence(self) -> str:
        """To be finished by a person and added to the definitions."""
        return f'Choose "{self.truth}", not "{self.answer}", when …'


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Tasks that ask the same but do not have the same truth."""

    truths: tuple[Truth, ...]


@dataclass(frozen=True, slots=True)
class _Ballot:
    """What the versions say about one task."""

    truth: Truth
    said: Mapping[str, Answer]
    """Tag -> usable answer."""
    sure: Mapping[str, float]
    """Tag -> its probability."""


def audit(versions: Mapping[str, Sequence[Outcome]], truths: Iterable[Truth], schema: LabelSchema) -> list[Suspect]:
    """The most suspect first. `versions`: tag -> outcomes.

    A version without a confidence has that of its share of answers that agree with the truths. Give only truths that
    people gave: ones accepted from a prompt's own predictions agree with it.
    """
    ballots = _ballots(versions, list(truths))
    answers = {schema.show(answer) for ballot in ballots for answer in (ballot.truth.answer, *ballot.said.values())}
    votes = [_votes(ballot, schema, max(len(answers) - 1, 1)) for ballot in ballots]
    usual = _usual(ballots, votes, schema)
    found = [_suspect(ballot, vote, usual, schema) for ballot, vote in zip(ballots, votes, strict=True)]
    return sorted((s for s in found if s is not None), key=lambda s: (-s.score, s.task_id))


def confusion_pairs(scores: Iterable[Score]) -> list[ConfusionPair]:
    """The most frequent first; of controls that take one label."""
    times: dict[tuple[str, str, str], int] = defaultdict(int)
    for found in scores:
        for control, table in found.confusion.items():
            for truth, row in table.items():
                for answer, number in row.items():
                    if answer not in (truth, REJECTED):
                        times[control, truth, answer] += number
    ranked = sorted(times.items(), key=lambda pair: (-pair[1], pair[0]))
    return [ConfusionPair(*names, number) for names, number in ranked]


def duplicates(tasks: Iterable[Task], truths: Iterable[Truth], variables: Sequence[str]) -> list[Duplicates]:
    """Tasks that are equal in all `variables`, but for case and white space, with different truths."""
    known = {truth.task_id: truth for truth in truths}
    same: dict[tuple[str, ...], list[Truth]] = defaultdict(list)
    for task in tasks:
        if task.id in known:
            same[tuple(_plain(task.data.get(name)) for name in variables)].append(known[task.id])
    return [Duplicates(tuple(group)) for group in same.values() if any(t.answer != group[0].answer for t in group)]


def _plain(value: object) -> str:
    return " ".join(str(value).casefold().split())


def _ballots(versions: Mapping[str, Sequence[Outcome]], truths: Sequence[Truth]) -> list[_Ballot]:
    known = {truth.task_id: truth for truth in truths}
    said: dict[int, dict[str, Answer]] = defaultdict(dict)
    sure: dict[int, dict[str, float]] = defaultdict(dict)
    for tag, outcomes in versions.items():
        there = [(o, o.answer) for o in outcomes if o.answer is not None and o.task_id in known]
        agreed = ratio(sum(answer == known[o.task_id].answer for o, answer in there), len(there))
        for outcome, answer in there:
            said[outcome.task_id][tag] = answer
            sure[outcome.task_id][tag] = (agreed or 0.0) if outcome.confidence is None else outcome.confidence
    return [_Ballot(known[task], answers, sure[task]) for task, answers in said.items()]


def _votes(ballot: _Ballot, schema: LabelSchema, others: int) -> Votes:
    """Mean probability of the truth and of every answer given; `others`: how many answers share what is left."""
    names = {tag: schema.show(answer) for tag, answer in ballot.said.items()}
    return {
        name: sum(p if names[tag] == name else (1 - p) / others for tag, p in ballot.sure.items()) / len(names)
        for name in {*names.values(), schema.show(ballot.truth.answer)}
    }


def _usual(ballots: Sequence[_Ballot], votes: Sequence[Votes], schema: LabelSchema) -> dict[str, float]:
    """Truth -> its mean probability where it is the truth: the thresholds of confident learning."""
    chances: dict[str, list[float]] = defaultdict(list)
    for ballot, vote in zip(ballots, votes, strict=True):
        name = schema.show(ballot.truth.answer)
        chances[name].append(vote[name])
    return {name: sum(values) / len(values) for name, values in chances.items()}


def _suspect(ballot: _Ballot, votes: Votes, usual: Mapping[str, float], schema: LabelSchema) -> Suspect | None:
    truth = schema.show(ballot.truth.answer)
    suggested = max(sorted(votes), key=lambda name: (votes[name], name == truth))
    if suggested == truth:
        return None
    # An answer that is nowhere the truth has no threshold of its own.
    score = votes[suggested] - usual.get(suggested, usual[truth]) - (votes[truth] - usual[truth])
    versions = tuple(tag for tag, answer in ballot.said.items() if schema.show(answer) == suggested)
    return Suspect(ballot.truth.task_id, ballot.truth.answer, ballot.said[versions[0]], score, versions)
