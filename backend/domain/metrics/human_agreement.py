"""Human agreement: how often people agree with each other, beside how often they agree with the model, on equal tasks.

A model that agrees with people as often as they do with each other cannot be shown to be better than that with their
ground truths. The alternative annotator test shows whether the model can stand in for a person (Calderon, Reichart and
Dror 2025, arXiv 2501.10970).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from backend.domain.statistics.intervals import Interval
from backend.domain.statistics.krippendorff import krippendorff
from backend.domain.statistics.task_ratios import share_interval, signed_interval

ADVANTAGE = 0.1
"""By how much a person must agree with the others more often than the model does, so that it cannot stand in: people
cost more and are worth it. With 0.2, too many poor models pass."""
FEWEST_PEOPLE, FEWEST_TASKS = 3, 100
"""With fewer people or tasks of each, an equal model fails more often than it passes."""
LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class MultipleAnnotation:
    """A task that several people annotated: the answers of people and model, as text. people: person -> answer"""

    task_id: int
    people: Mapping[int, str]
    model: str


@dataclass(frozen=True, slots=True)
class AlternativeTest:
    """Whether the model can stand in for a person.

    people: how many were tested
    won: for how many of them the model is shown to be no worse, with ADVANTAGE given to the person
    """

    people: int
    won: int

    @property
    def passed(self) -> bool:
        return 2 * self.won >= self.people


@dataclass(frozen=True, slots=True)
class HumanAgreement:
    """Agreement on the tasks that two people or more and the model answered.

    people: how many different people
    among_people: probability that two people of a task gave the same answer
    with_model: probability that a person of a task gave the model's answer
    difference: `with_model` minus `among_people`
    alpha: Krippendorff's alpha among people, for categories: 1 is full agreement, 0 what chance gives
    test: None where it is not decided, with the `reason`
    drawn: how many of the tasks were drawn at random; None where the project has no draw
    """

    tasks: int
    people: int
    among_people: float | None = None
    among_people_ci: Interval | None = None
    with_model: float | None = None
    with_model_ci: Interval | None = None
    difference: float | None = None
    difference_ci: Interval | None = None
    alpha: float | None = None
    alpha_ci: Interval | None = None
    test: AlternativeTest | None = None
    reason: str | None = None
    drawn: int | None = None


def human_agreement(answers: Sequence[MultipleAnnotation]) -> HumanAgreement:
    """Each task counts the same, however many people annotated it. Intervals are over tasks.

    answers: those of tasks with fewer than two people are left out
    """
    several = [task for task in answers if len(task.people) > 1]
    people = {person for task in several for person in task.people}
    if not several:
        return HumanAgreement(0, 0, reason="No task was annotated by two people or more and answered by the version.")
    among, model = (
        [_among(task) for task in several],
        [_with(task.model, list(task.people.values())) for task in several],
    )
    tested = _alternative_test(several)
    reliable = krippendorff([list(task.people.values()) for task in several])
    return HumanAgreement(
        tasks=len(several),
        people=len(people),
        among_people=fmean(among),
        among_people_ci=share_interval([(share, 1.0) for share in among]),
        with_model=fmean(model),
        with_model_ci=share_interval([(share, 1.0) for share in model]),
        difference=fmean(model) - fmean(among),
        difference_ci=signed_interval([(theirs - ours, 1.0) for theirs, ours in zip(model, among, strict=True)]),
        alpha=reliable.alpha,
        alpha_ci=reliable.interval,
        test=tested,
        reason=None if tested else _why_undecided(several),
    )


def _among(task: MultipleAnnotation) -> float:
    answers = list(task.people.values())
    return fmean(_with(answer, answers[:index] + answers[index + 1 :]) for index, answer in enumerate(answers))


def _with(answer: str, others: Sequence[str]) -> float:
    return fmean(answer == other for other in others)


def _losses(several: Sequence[MultipleAnnotation]) -> dict[int, list[int]]:
    """Person -> of each of their tasks 1 where they agree with the others more than the model does, -1 where the model
    does, 0 where both do as much. Of people with enough tasks."""
    by_person = defaultdict[int, list[int]](list)
    for task in several:
        for person, answer in task.people.items():
            others = [other_answer for other, other_answer in task.people.items() if other != person]
            theirs, models = _with(answer, others), _with(task.model, others)
            by_person[person].append((theirs > models) - (models > theirs))
    return {person: losses for person, losses in by_person.items() if len(losses) >= FEWEST_TASKS}


def _alternative_test(several: Sequence[MultipleAnnotation]) -> AlternativeTest | None:
    """One-sided t-tests, corrected by Benjamini and Yekutieli's procedure. None with too few people or tasks."""
    from scipy.stats import false_discovery_control

    tested = _losses(several)
    if len(tested) < FEWEST_PEOPLE:
        return None
    p_values = [_p_value(losses) for losses in tested.values()]
    return AlternativeTest(len(tested), int((false_discovery_control(p_values, method="by") < LEVEL).sum()))


def _p_value(losses: Sequence[int]) -> float:
    """Of the hypothesis that the person is better by ADVANTAGE or more."""
    from scipy.stats import ttest_1samp

    if len(set(losses)) == 1:
        return 0.0 if losses[0] < ADVANTAGE else 1.0
    return float(ttest_1samp(losses, ADVANTAGE, alternative="less").pvalue)


def _why_undecided(several: Sequence[MultipleAnnotation]) -> str:
    enough = len(_losses(several))
    return (
        f"Whether the model can stand in for a person is not decided: it takes {FEWEST_PEOPLE} people with at least "
        f"{FEWEST_TASKS} tasks each that others annotated too; there are {enough}."
    )
