"""Examples: ground truths that the model is shown, with their answers, before each task.

A version holds a pool of them, frozen when it is saved, so that what is annotated later changes nothing. Which of them
a task is shown is decided by `domain.few_shot.messages`; it is never the task itself, nor a copy of its text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from backend.domain.hashing import canonical, digest
from backend.domain.labels.controls.base import Control
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Rejection
from backend.errors import PromptError

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
    """`task`: its id, None when it came from another project; `answer`: control -> what the model should say."""

    task: int | None
    values: Values
    answer: Mapping[str, Any]


@dataclass(frozen=True)
class Examples:
    """`number` of them are shown with a task, out of `pool`; `embed`: the model whose embeddings tell what is similar,
    None for the words that texts share."""

    number: int
    select: str
    pool: tuple[Example, ...]
    embed: str | None = None

    @cached_property
    def digest(self) -> str:
        return digest(examples_json(self))


def examples_json(examples: Examples) -> dict[str, Any]:
    """As the record and prompt files hold them; `read_examples` is the inverse."""
    pool = [{"task": one.task, "values": dict(one.values), "answer": dict(one.answer)} for one in examples.pool]
    embed = {} if examples.embed is None else {"embed": examples.embed}
    return {"number": examples.number, "select": examples.select, **embed, "pool": pool}


def read_examples(found: Any) -> Examples:
    """Raises PromptError for what is not in that form, or not within the bounds."""
    try:
        number, select, embed = found["number"], found["select"], found.get("embed")
        pool = tuple(_example(one) for one in found["pool"])
        canonical([one.answer for one in pool])  # YAML has dates and sets, which no model can say
    except (TypeError, LookupError, AttributeError):
        raise _no_examples() from None
    check_way(number, select, embed)
    if not pool or len(pool) > MOST_KEPT:
        raise PromptError(f"A version holds 1 to {MOST_KEPT:,} examples, these are {len(pool):,}: leave some out.")
    return Examples(number, select, pool, embed)


def check_way(number: Any, select: Any, embed: Any = None) -> None:
    """Raises PromptError for examples that can't be chosen like this."""
    if type(number) is not int or not 1 <= number <= MOST_SHOWN:
        raise PromptError(f"A prompt shows 1 to {MOST_SHOWN} examples: give a number like 8.")
    if select not in WAYS:
        raise PromptError(f"Examples are selected {', '.join(WAYS)}: use one of these words.")
    if embed is not None and (not isinstance(embed, str) or not embed or select != "similar"):
        raise PromptError("Embeddings tell what is similar: --embed takes a model's name, and goes with similar only.")


def check_fit(examples: Examples, variables: Sequence[str], schema: LabelSchema) -> None:
    """Raises PromptError for examples that lack a text the prompt uses, or whose answers are none under this config."""
    for one in examples.pool:
        lacking = [name for name in variables if name not in one.values]
        if lacking:
            raise PromptError(f"The examples lack the prompt's {{{lacking[0]}}}: take them anew with --examples.")
        for field in schema.fields:
            if field.name not in one.answer or isinstance(_parsed(field, one.answer[field.name]), Rejection):
                raise PromptError(
                    f"An example's answer for '{field.name}' is none of the labelling config: take them anew with "
                    "--examples."
                )


def _parsed(field: Control, answer: Any) -> object:
    """Labels that come from the task are not known here."""
    return answer if field.dynamic else field.parse(answer)


def _example(found: Mapping[str, Any]) -> Example:
    values, answer, task = found["values"], found["answer"], found["task"]
    good = (task is None or type(task) is int) and isinstance(answer, dict) and values
    if not good or not all(isinstance(text, str) for text in (*values, *values.values(), *answer)):
        raise _no_examples()
    return Example(task, values, answer)


def _no_examples() -> PromptError:
    return PromptError(
        "The examples are not in the form that `ls-prompts show --plain` writes: take them anew with --examples."
    )
