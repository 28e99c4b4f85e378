"""Choices that the task brings (`value="$choices"`), beside those that the config lists, as the screen shows both.

Whoever made the task wrote them: they are told in the user's message, and not among the instructions.
"""

from collections.abc import Mapping
from typing import ClassVar, Self

from backend.domain.labels.choice_names import Choice
from backend.domain.labels.controls.base import Control
from backend.domain.labels.controls.wording import brought_line, key, label_line, under


class TaskChoices:
    """choices: what can be chosen, as `things` call it
    source: the task variable that brings more, None where none does or it has been brought
    brought: it has been
    listed: how many of `choices`, the first ones, the config lists where the task brings more
    """

    name: str
    choices: tuple[Choice, ...]
    source: str | None
    brought: bool
    listed: int

    things: ClassVar[str]

    @property
    def usable_in_conditions(self: Control) -> bool:
        """Before the task brings its choices, too."""
        return self.dynamic or bool(self.names)

    @property
    def dynamic(self) -> bool:
        return self.source is not None

    @property
    def needs_task(self) -> bool:
        return self.dynamic

    def apart(self) -> Self:
        """As releases read it that had what the task brings in place of what the config lists."""
        raise NotImplementedError

    def describe(self, definitions: Mapping[str, str], when: str = "", heading: str = "") -> str:
        lines = [label_line(choice, definitions) for choice in self.own_choices]
        return "\n".join([f"{key(self.name)}: {under(heading)}{self._rule(when)}", *lines])

    @property
    def own_choices(self) -> tuple[Choice, ...]:
        """Those of the config."""
        return self.choices[: self.listed] if self.brought else self.choices

    @property
    def own_names(self) -> frozenset[str]:
        """Their names as they are stored, of paths those of each level."""
        return frozenset(choice.stored for choice in self.own_choices)

    @property
    def _where_listed(self) -> str:
        """Where the model reads what there is to choose from."""
        beside = ", or these" if self.own_choices else ""
        return f"the {self.things} for it in the user's message{beside}"

    def _rule(self, when: str) -> str:
        """How many of them a model may give. `when`: the conditions in words."""
        raise NotImplementedError

    def listing(self, definitions: Mapping[str, str]) -> str:
        """What the task brings is data, one line each."""
        if not self.brought:
            return ""
        lines = (brought_line(choice, definitions) for choice in self.choices[self.listed :])
        return "\n".join([f"The {self.things} for {key(self.name)}:", *lines])
