"""Prompt versions and their templates.

`{variable}` is a field of the task, inserted as it is. Every other brace stays as it is, because prompts contain JSON.
Values are never expanded again. This is neither `str.format` nor a template language.
"""

import difflib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from backend.domain.cascade import Cascade, cascade_json
from backend.domain.connections.connection import DEFAULT
from backend.domain.data_paths import PATH, root
from backend.domain.hashing import digest
from backend.domain.outcome import Failure
from backend.domain.picture import Attachment, PlacedAttachment
from backend.domain.prompts.confidence_option import LOGPROBS, SWAP, samples_of
from backend.domain.prompts.examples import Examples, Values
from backend.domain.prompts.task_texts import nothing_to_ask, text_of_field
from backend.domain.task import Task
from backend.errors import PromptError

MAX_TASK_BYTES = 1_000_000
"""Of all that a prompt uses of one task."""
AUTO = "auto"
Definitions = Mapping[str, Mapping[str, str]]
"""Control -> label, as annotators see it -> what the prompt says of it; see `domain.prompts.definitions`."""
PLACEHOLDER = re.compile(r"\{([^\W\d][\w.-]*(?:\[\d+\][\w.-]*)*)\}")
BRACED = re.compile(r"\{([^{}\s]+)\}")


@dataclass(frozen=True)
class PromptVersion:
    """One immutable version.

    template: the user's message
    variables: the task fields that its template uses
    parameters: named as in the provider's API (temperature, seed, max_tokens, …)
    schema_digest: digest of the LabelSchema with which it was saved
    former: earlier names of the prompt
    definitions: {} if only the config's hints describe the labels
    examples: None if tasks are shown none
    confidence: see `domain.prompts.confidence_option`
    system: its own part of the system message; "" if it has none
    connection: name of the one through which its model is asked
    cascade: who is asked after its model; None if nobody is
    """

    name: str
    number: int
    project: int
    template: str
    model: str
    variables: tuple[str, ...]
    schema_digest: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    created: str = ""
    former: tuple[str, ...] = ()
    definitions: Definitions = field(default_factory=dict)
    examples: Examples | None = None
    confidence: str = LOGPROBS
    system: str = ""
    connection: str = DEFAULT
    cascade: Cascade | None = None

    @property
    def tag(self) -> str:
        return f"{self.name}@{self.number}"

    @property
    def names(self) -> tuple[str, ...]:
        """The prompt's name, and earlier ones."""
        return (self.name, *self.former)

    @property
    def tags(self) -> tuple[str, ...]:
        """The tag, and those under earlier names: predictions in Label Studio may carry any of them."""
        return tuple(f"{name}@{self.number}" for name in self.names)

    @property
    def words(self) -> str:
        """All that its author wrote: the system part and the template."""
        return f"{self.system}\n\n{self.template}" if self.system else self.template

    @property
    def reference(self) -> str:
        """Its model, for people: `connection/model`, or the model alone where that means the same."""
        return self.model if self.connection == DEFAULT else f"{self.connection}/{self.model}"

    @property
    def models(self) -> str:
        """All that it asks, for people."""
        return f"{self.reference}, {self.cascade.description}" if self.cascade else self.reference

    @property
    def steps(self) -> "tuple[PromptVersion, ...]":
        """The same with one model each, in the order in which they are asked: itself, unless it is a cascade."""
        if self.cascade is None:
            return (self,)
        second = replace(self, model=self.cascade.model, connection=self.cascade.connection, cascade=None)
        return replace(self, cascade=None), second

    @property
    def samples(self) -> int:
        """How many requests it needs for each task."""
        return samples_of(self.confidence)

    @property
    def logprobs(self) -> bool:
        """Whether it asks for log-probabilities."""
        return self.confidence in (LOGPROBS, SWAP)

    @property
    def swaps(self) -> bool:
        """Whether it asks in both orders of the inputs that are compared."""
        return self.confidence == SWAP

    @cached_property
    def content(self) -> str:
        """Digest of everything that makes it a different version, so not its note, number or date.

        Features that a version does not use are not in the digest, so that versions of earlier releases keep theirs.
        """
        parts: list[Any] = [self.template, self.model, dict(self.parameters), self.schema_digest]
        parts += [{"definitions": self.definitions}] if self.definitions else []
        parts += [] if self.examples is None else [{"examples": self.examples.digest}]
        parts += [{"confidence": self.confidence}] if self.confidence != LOGPROBS else []
        parts += [{"system": self.system}] if self.system else []
        parts += [{"connection": self.connection}] if self.connection != DEFAULT else []
        parts += [{"cascade": cascade_json(self.cascade)}] if self.cascade else []
        return digest(parts)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return _names_pattern(self.variables)

    def render(self, task: Task) -> str | Failure:
        """The template with the task's values, or why this task cannot be asked about."""
        values = self.values(task)
        return values if isinstance(values, Failure) else self.fill(values)

    def fill(self, values: Values) -> str:
        return self._pattern.sub(lambda match: values[match[1]], self.template)

    def attachments(self, values: Values, pictures: Mapping[str, Sequence[Attachment]]) -> tuple[PlacedAttachment, ...]:
        """The pictures of variables, where they stand in the text that `fill` makes."""
        attachments, length, end = list[PlacedAttachment](), 0, 0
        for match in self._pattern.finditer(self.template):
            length += match.start() - end + len(values[match[1]])
            attachments += [(length, picture) for picture in pictures.get(match[1], ())]
            end = match.end()
        return tuple(attachments)

    def values(self, task: Task) -> Values | Failure:
        """The task's texts for the template's variables, or a Failure: one is not a text, all are empty, or they are
        too long. "" for those that are pictures.

        Fields that the prompt does not use may be anything.
        """
        if task.trouble:
            return Failure("bad_task", task.trouble)
        values: dict[str, str] = {}
        for name in self.variables:
            text = "" if name in task.pictures else text_of_field(task, name)
            if isinstance(text, Failure):
                return text
            values[name] = text
        size = sum(len(text.encode("utf-8", "surrogatepass")) for text in values.values())
        if size > MAX_TASK_BYTES:
            return Failure("bad_task", f"The prompt uses {size:,} bytes of it; the most is {MAX_TASK_BYTES:,}.")
        if not any(task.pictures.values()) and not any(text.strip() for text in values.values()):
            return Failure("bad_task", nothing_to_ask(task, self.variables))
        return values


def _names_pattern(names: Iterable[str], path: str = "") -> re.Pattern[str]:
    alternatives = "|".join(map(re.escape, sorted(names, key=len, reverse=True))) or r"(?!)"
    return re.compile(r"\{((?:" + alternatives + ")" + path + r")\}")


def used_variables(template: str, names: Iterable[str]) -> tuple[str, ...]:
    """The known names, and paths into them, in the template as `{name}`, each once, in order of appearance."""
    return tuple(dict.fromkeys(_names_pattern(names, PATH).findall(template)))


def check_template(template: str, names: Iterable[str]) -> tuple[str, ...]:
    """The variables a template uses.

    Raises PromptError for an unknown variable (with the nearest name) and for a template without any.
    """
    names = tuple(names)
    refuse_unknown(template, names)
    if not (used := used_variables(template, names)):
        raise PromptError(
            "The prompt shows nothing of the task: put at least one of "
            f"{', '.join(f'{{{name}}}' for name in names)} where the task's text should stand."
        )
    return used


def refuse_unknown(template: str, names: Collection[str]) -> None:
    """Raises PromptError for a variable that is neither known nor a path into a known one, with the nearest name."""
    for name in PLACEHOLDER.findall(template):
        if name not in names and root(name) not in names:
            near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
            hint = f"did you mean {{{near[0]}}}?" if near else f"the tasks have {', '.join(f'{{{k}}}' for k in names)}."
            raise PromptError(
                f"The prompt uses {{{name}}}, which the tasks do not have: {hint} "
                f"If you mean plain braces, write {{ {name} }}."
            )


def check_name(name: str) -> str:
    """A prompt's name, trimmed. Raises PromptError for a name that tags, shells or Label Studio could not handle."""
    name = name.strip()
    if name == AUTO:
        raise PromptError("The name 'auto' is reserved for the prompt made from a labelling config: choose another.")
    if not re.fullmatch(r"[^\W_][\w .-]{0,62}", name) or name != " ".join(name.split()):
        raise PromptError(
            f"'{name[:70]}' is not a valid prompt name: use letters, digits, spaces, '.', '_' and '-', "
            "at most 63, no '@' or '~'."
        )
    return name


def parse_tag(tag: str) -> tuple[str, int]:
    """`sentiment@3` -> ("sentiment", 3). Raises PromptError for anything else."""
    match = re.fullmatch(r"([^@~]+)@(\d{1,9})", tag.strip())
    if not match:
        raise PromptError(f"'{tag[:70]}' is not a version: write its name and number, like sentiment@1.")
    return match[1], int(match[2])


def belongs(model_version: str, *names: str) -> bool:
    """Whether a prediction's model_version belongs to a prompt with one of these names, with any number or config."""
    pattern = "|".join(map(re.escape, names))
    return re.fullmatch(rf"({pattern})@\d+(~[0-9a-f]{{4}})?", model_version) is not None


def nearest(word: str, words: Iterable[str]) -> str:
    """The end of a helpful sentence: the nearest of `words`, or all of them if none is near."""
    words = list(words)
    near = difflib.get_close_matches(word, words, n=1, cutoff=0.5)
    if near:
        return f"did you mean {near[0]}?"
    return f"there are {', '.join(words[:10])}." if words else "there are none."
