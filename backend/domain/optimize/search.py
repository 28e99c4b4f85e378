"""Search for a better prompt: what is searched, and which ground truths it may learn from.

The other ground truths evaluate the result. Neither they nor copies of their texts are among those to learn from.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from backend.domain.dataset.split import DEV, Split
from backend.domain.few_shot.messages import ExampleOwners
from backend.domain.outcome import Failure
from backend.domain.same_text import folded
from backend.domain.task_values import shown_text
from backend.errors import SubsetError

if TYPE_CHECKING:
    from backend.domain.answer import Answer
    from backend.domain.labels.schema import LabelSchema
    from backend.domain.prompts.version import PromptVersion
    from backend.domain.task import Task

ROUNDS = 8
LEARN = Split(DEV, 0.5)
"""The rest of the ground truths, `--split test:0.5` of other commands, judges."""
LONG = 20
"""Characters of a text that is not in a prompt by chance."""
FEWEST = 6
"""To judge on. With five, not even a rewrite that corrects them all differs from chance: 2 x 0.5^5 > 0.05."""


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """Options of a search.

    teacher: model that rewrites the prompt
    rounds: most rewrites to ask it for
    """

    teacher: str
    rounds: int = ROUNDS
    seed: int = 0

    def __str__(self) -> str:
        """For people and scripts, where a run's tasks are named."""
        return f"enhance:{self.rounds}:{self.seed}:{self.teacher}"


@dataclass(frozen=True, slots=True)
class LabeledTask:
    """A task with a known right answer."""

    task: "Task"
    truth: "Answer"


@dataclass(frozen=True, slots=True)
class GroundTruthHalves:
    """Ground truths divided for a search.

    aside: ground truths in neither half: their text is in the other half or in the prompt, or they cannot be asked
        about
    """

    learn: tuple[LabeledTask, ...]
    judge: tuple[LabeledTask, ...]
    aside: int


def divide(items: Sequence[LabeledTask], version: "PromptVersion") -> GroundTruthHalves:
    """The ground truths to learn from and those that evaluate.

    Examples of the version may teach, because no task is shown itself, but they do not evaluate.
    """
    usable = [item for item in items if not isinstance(version.render(item.task), Failure)]
    prompt, owners = _PromptText(version), ExampleOwners(version)
    held = [item for item in usable if not LEARN.has(item.task.data)]
    judge = tuple(i for i in held if not prompt.quotes(text_of(i.task, version)) and not owners.has(i.task))
    held_texts = {text_of(item.task, version) for item in held}
    learn = tuple(i for i in usable if LEARN.has(i.task.data) and text_of(i.task, version) not in held_texts)
    return GroundTruthHalves(learn, judge, len(items) - len(learn) - len(judge))


class _PromptText:
    """What an author wrote, to look for texts of tasks in it."""

    def __init__(self, version: "PromptVersion") -> None:
        self._whole = folded(version.words)
        self._lines = [folded(line) for line in version.words.splitlines()]

    def quotes(self, text: str) -> bool:
        """Whether a folded text stands in it as an example. A short one does where no other word is beside it: `not`
        and `is` are in most prompts."""
        if len(text) >= LONG:
            return text in self._whole
        return bool(text) and any(_stands_alone(text, line) for line in self._lines)


def _stands_alone(text: str, line: str) -> bool:
    return re.search(rf"(?:^|[^\w\s])\s*{re.escape(text)}\s*(?:[^\w\s]|$)", line) is not None


def check_halves(halves: GroundTruthHalves, schema: "LabelSchema") -> None:
    """Raises SubsetError, with what is needed, if nothing could be learnt or evaluated."""
    for part, items in (("learn from", halves.learn), ("evaluate on", halves.judge)):
        fewest = FEWEST if items is halves.judge else 2
        if len(items) < fewest:
            raise SubsetError(
                f"There are {len(items)} ground truths to {part}, at least {fewest} are needed: mark about "
                f"{ceil((fewest - len(items)) / LEARN.share)} more (a hash of each task decides for which half it is)."
            )
        answers = {schema.show(item.truth) for item in items}
        if len(answers) == 1:
            raise SubsetError(
                f"All {len(items)} ground truths to {part} say '{answers.pop()}', so a prompt that always says so is "
                "right: mark some with other labels too."
            )


def values_of(task: "Task", version: "PromptVersion") -> Mapping[str, str]:
    """The texts of a task that the prompt shows to the model."""
    return {name: shown_text(task.value(name)) for name in version.variables}


def text_of(task: "Task", version: "PromptVersion") -> str:
    """The texts of a task in a form in which copies are equal, as among examples."""
    return folded("\n".join(values_of(task, version).values()))
