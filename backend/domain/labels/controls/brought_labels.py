"""Labels that the task brings (`value="$labels"`), beside those that the config lists, as the screen shows both.

Whoever made the task wrote them: they are told in the user's message, and not among the instructions.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Self

from backend.domain.data_paths import look_up
from backend.domain.labels.choice_names import LONGEST, MOST, Choice, brought, not_taken
from backend.domain.labels.controls.task_choices import TaskChoices
from backend.domain.labels.controls.wording import brought_line, key, label_line
from backend.domain.outcome import Failure


class BroughtLabels:
    """choices: the labels there are
    labels_from: the variable that brings more, None where none does or they have been brought
    brought: the labels that the task has brought
    """

    name: str
    choices: tuple[Choice, ...]
    labels_from: str | None
    brought: tuple[Choice, ...]

    @property
    def dynamic(self) -> bool:
        return self.labels_from is not None

    @property
    def _brings(self) -> list[Any]:
        """What joins its identity."""
        return [{"labels": self.labels_from}] if self.labels_from else []

    def _with_brought(self, data: Mapping[str, Any]) -> Self | Failure:
        """With the labels of a task; of equal names the config's counts."""
        if self.labels_from is None:
            return self
        listed = brought(look_up(data, self.labels_from))
        if listed is None or not (listed or self.choices):
            what = f"list of at most {MOST:,} labels of {LONGEST:,} characters"
            return Failure("bad_task", f"'{self.labels_from}' is not the {what} that '{self.name}' takes.")
        more = not_taken(self.choices, listed)
        changes: dict[str, Any] = {"choices": (*self.choices, *more), "labels_from": None, "brought": more}
        return replace(self, **changes)  # type: ignore[type-var]  # each of them is a dataclass

    @property
    def own_choices(self) -> tuple[Choice, ...]:
        """Those of the config."""
        return self.choices[: len(self.choices) - len(self.brought)]

    def _of_all(self, quantity: str, these: str = "") -> str:
        """`quantity`, such as `exactly one of`, of the labels there are. `these`: how it calls those below."""
        if not self.brought:
            return quantity + these
        return f"{quantity} the labels for it in the user's message" + (", or these" if self.own_choices else "")

    def _lines(self, definitions: Mapping[str, str]) -> list[str]:
        return [label_line(choice, definitions) for choice in self.own_choices]

    def _brought_lines(self, definitions: Mapping[str, str]) -> list[str]:
        if not self.brought:
            return []
        return [f"The labels for {key(self.name)}:", *(brought_line(choice, definitions) for choice in self.brought)]


def brings_labels(control: object) -> bool:
    """Whether the task brings labels of it, and has not brought them yet."""
    return isinstance(control, BroughtLabels) and control.dynamic


def labels_of_config(control: object) -> frozenset[str]:
    """As they are stored, those that the config lists beside those that the task brings; empty where it lists none, or
    the task brings none."""
    if isinstance(control, TaskChoices):
        return control.own_names if control.source or control.brought else frozenset()
    if not isinstance(control, BroughtLabels) or not (control.labels_from or control.brought):
        return frozenset()
    return frozenset(choice.stored for choice in control.own_choices)
