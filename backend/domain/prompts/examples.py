"""Examples: ground truths that the model is shown, with their answers, before each task.

A version holds a pool of them, frozen when it is saved, so later annotations change nothing. `domain.few_shot.messages`
chooses the examples of a task; they are never the task itself or a copy of its text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from backend.domain.hashing import canonical, digest
from backend.domain.outcome import Rejection
from backend.errors import PromptError

if TYPE_CHECKING:
    from backend.domain.labels.controls.base import Control
    from backend.domain.labels.schema import LabelSchema

WAYS = ("similar", "diverse", "balanced", "fixed")
"""`similar`: those nearest to the task. The others are the same for all tasks: texts far apart from each other; as many
of each label; any."""
MOST_SHOWN = 50
MOST_KEPT = 1000
MOST_CHARACTERS = 1_000_000
"""Of all texts together, so that a version stays something that can be read, copied and compared."""
LONGEST = 20_000
"""Characters of one text; a longer one would crowd the others out of the prompt."""

Values = Mapping[str, str]
"""Variable of a prompt -> a task's text for it."""


@dataclass(frozen=True, slots=True)
class Example:
    """A task with its right answer.

    task: its id; None if it came from another project
    answer: control -> the answer that the model should give
    """

    task: int | None
    values: Values
    answer: Mapping[str, Any]


@dataclass(frozen=True)
class Examples:
    """The examples of a version.

    number: how many of `pool` each task is shown
    embed: the model whose embeddings measure similarity; None for shared words
    """

    number: int
    select: str
    pool: tuple[Example, ...]
    embed: str | None = None

    @cached_property
    def digest(self) -> str:
        return digest(examples_json(self))


def examples_json(examples: Examples) -> dict[str, Any]:
    """The form in which the database and prompt files hold examples; `read_examples` is the inverse."""
    pool = [{"task": item.task, "values": dict(item.values), "answer": dict(item.answer)} for item in examples.pool]
    embed = {} if examples.embed is None else {"embed": examples.embed}
    return {"number": examples.number, "select": examples.select, **embed, "pool": pool}


def read_examples(content: Any) -> Examples:
    """Raises PromptError for another form, or for examples outside the limits."""
    try:
        number, select, embed = content["number"], content["select"], content.get("embed")
        pool = tuple(_example(example) for example in content["pool"])
        canonical([example.answer for example in pool])  # YAML has dates and sets, which JSON cannot express
    except (TypeError, LookupError, AttributeError):
        raise _no_examples() from None
    check_way(number, select, embed)
    if not pool or len(pool) > MOST_KEPT:
        raise PromptError(f"A version holds 1 to {MOST_KEPT:,} examples, these are {len(pool):,}: leave some out.")
    return Examples(number, select, pool, embed)


def check_way(number: Any, select: Any, embed: Any = None) -> None:
    """Raises PromptError for examples that cannot be selected in this way."""
    if type(number) is not int or not 1 <= number <= MOST_SHOWN:
        raise PromptError(f"A prompt shows 1 to {MOST_SHOWN} examples: give a number like 8.")
    if select not in WAYS:
        raise PromptError(f"Examples are selected {', '.join(WAYS)}: use one of these words.")
    if embed is not None and (not isinstance(embed, str) or not embed or select != "similar"):
        raise PromptError("An embedding model, by its name, goes with similar examples only: change one of the two.")


def check_fit(examples: Examples, variables: Sequence[str], schema: "LabelSchema") -> None:
    """Raises PromptError for examples that lack a text of the prompt, or whose answers do not exist in this config."""
    for example in examples.pool:
        lacking = [name for name in variables if name not in example.values]
        if lacking:
            raise PromptError(f"The examples lack the prompt's {{{lacking[0]}}}: select them again.")
        for field in schema.fields:
            if field.name not in example.answer or isinstance(_parsed(field, example.answer[field.name]), Rejection):
                raise PromptError(
                    f"An example's answer for '{field.name}' is not in the labelling config: choose new ones."
                )


def _parsed(field: "Control", answer: Any) -> object:
    """Labels that come from the task are not known here."""
    return answer if field.dynamic else field.parse(answer)


def _example(entry: Mapping[str, Any]) -> Example:
    values, answer, task = entry["values"], entry["answer"], entry["task"]
    good = (task is None or type(task) is int) and isinstance(answer, dict) and values
    if not good or not all(isinstance(text, str) for text in (*values, *values.values(), *answer)):
        raise _no_examples()
    return Example(task, values, answer)


def _no_examples() -> PromptError:
    return PromptError("The examples are not in the form in which they are kept: select them again.")
