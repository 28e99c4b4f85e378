"""Choices that the task brings (`value="$choices"`), where the config does not list them.

Whoever made the task wrote them: they are told in the user's message, and not among the instructions.
"""

from collections.abc import Mapping
from typing import ClassVar

from backend.domain.labels.choice_names import Choice
from backend.domain.labels.controls.wording import brought_line, key, label_line, under


class TaskChoices:
    """`choices`: what can be chosen, as `things` call it; `source`: the task variable that brings it, None where the
    config lists it or it has been brought; `brought`: it has been."""

    name: str
    choices: tuple[Choice, ...]
    source: str | None
    brought: bool

    things: ClassVar[str]

    @property
    def dynamic(self) -> bool:
        return self.source is not None

    @property
    def needs_task(self) -> bool:
        return self.dynamic

    def describe(self, definitions: Mapping[str, str], when: str = "", heading: str = "") -> str:
        lines = [] if self.brought else [label_line(choice, definitions) for choice in self.choices]
        return "\n".join([f"{key(self.name)}: {under(heading)}{self._rule(when)}", *lines])

    def _rule(self, when: str) -> str:
        """How many of them a model may give. `when`: the conditions in words."""
        raise NotImplementedError

    def listing(self, definitions: Mapping[str, str]) -> str:
        """What the task brings is data, one line each."""
        if not self.brought:
            return ""
        lines = (brought_line(choice, definitions) for choice in self.choices)
        return "\n".join([f"The {self.things} for {key(self.name)}:", *lines])
