"""Few-shot messages: the examples that each task is shown, before its own message.

An example is a user message with its texts and an assistant message with its answer, in the form that the task's answer
must have. So hostile text stays data, the model sees only valid answers, and the prompt's own words are not repeated.
Where these are in a system part, an example's message is made like the task's.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from backend.domain.few_shot.similarity import embedded_of, nearest, words_of
from backend.domain.outcome import Failure
from backend.domain.prompts.task_placeholders import task_placeholders
from backend.domain.same_text import text_key

if TYPE_CHECKING:
    from backend.domain.few_shot.similarity import Embed, SimilarityIndex
    from backend.domain.prompts.examples import Example, Values
    from backend.domain.prompts.version import PromptVersion
    from backend.domain.task import Task

Turn = tuple[str, str]
"""What the user said and what the assistant answered."""


class ExampleOwners:
    """Which examples of a version are a given task, or copies of its text."""

    def __init__(self, version: "PromptVersion") -> None:
        self._version = version
        self._by_task: dict[int, set[int]] = {}
        self._by_text: dict[str, set[int]] = {}
        for index, example in enumerate(version.examples.pool if version.examples else ()):
            if example.task is not None:
                self._by_task.setdefault(example.task, set()).add(index)
            self._by_text.setdefault(self._key(example.values), set()).add(index)

    def of(self, task: int, values: "Values") -> set[int]:
        """Indices in the pool."""
        return self._by_text.get(self._key(values), set()) | self._by_task.get(task, set())

    def has(self, task: "Task") -> bool:
        """Whether there are any. A task that cannot be asked about has none."""
        values = self._version.values(task)
        return not isinstance(values, Failure) and bool(self.of(task.id, values))

    def _key(self, values: "Values") -> str:
        return text_key(values[name] for name in self._version.variables)


class FewShotMessages:
    """The messages of a version's examples. `embed` is needed if the version compares examples by embeddings."""

    def __init__(self, version: "PromptVersion", embed: "Embed | None" = None) -> None:
        if version.examples is None:
            raise ValueError(f"{version.tag} has no examples.")
        self._examples = version.examples
        self._variables = version.variables
        self._embed = embed
        self._owners = ExampleOwners(version)
        bare = version if version.system else replace(version, template=task_placeholders(version.variables))
        self._turns = tuple(_turn(bare, example) for example in version.examples.pool)
        self._index: SimilarityIndex | None = None

    def of(self, tasks: Sequence["Task"], values: Sequence["Values | Failure"]) -> list[tuple[Turn, ...]]:
        """The examples of each task, in the order of the pool; none for a task that cannot be asked about."""
        texts = [None if isinstance(text, Failure) else text for text in values]
        own = [self._owners.of(task.id, text) for task, text in zip(tasks, texts, strict=True) if text is not None]
        askable = [text for text in texts if text is not None]
        turns = iter(self._similar(askable, own) if self._examples.select == "similar" else map(self._but, own))
        return [() if text is None else next(turns) for text in texts]

    def _but(self, own: set[int]) -> tuple[Turn, ...]:
        return tuple(turn for index, turn in enumerate(self._turns) if index not in own) if own else self._turns

    def _similar(self, askable: Sequence["Values"], own: Sequence[set[int]]) -> list[tuple[Turn, ...]]:
        if not askable:
            return []
        similarities = self._compared().similarities([self._text(values) for values in askable])
        chosen = nearest(similarities, self._examples.number, own)
        return [tuple(self._turns[index] for index in indices) for indices in chosen]

    def _compared(self) -> "SimilarityIndex":
        if self._index is None:
            texts = tuple(self._text(example.values) for example in self._examples.pool)
            model = self._examples.embed
            self._index = words_of(texts) if model is None else self._embedded(texts, model)
        return self._index

    def _embedded(self, texts: tuple[str, ...], model: str) -> "SimilarityIndex":
        if self._embed is None:
            raise ValueError("A version whose examples are compared by embeddings needs somebody to make them.")
        return embedded_of(texts, model, self._embed)

    def _text(self, values: "Values") -> str:
        return "\n".join(values[name] for name in self._variables)


def _turn(bare: "PromptVersion", example: "Example") -> Turn:
    return bare.fill(example.values), json.dumps(example.answer, ensure_ascii=False)
