"""Unlabeled: the methods of a control that has no labels, no choices from the task and no conditions that look at
it."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import Any, ClassVar, Self

from backend.domain.answer import AnswerValue
from backend.domain.labels.choice_names import Choice
from backend.domain.labels.controls.base import Control, Held
from backend.domain.outcome import Failure


class WithOwnName:
    """A control that is on the screen once, and made of no other."""

    @property
    def kinds(self: Control) -> tuple[str, ...]:
        return (self.tag,)

    @property
    def usable_in_conditions(self: Control) -> bool:
        return bool(self.names)

    def from_names(self: Control, names: Collection[str]) -> Collection[str]:
        return (self.name,) if self.name in names else ()

    def submittable(self: Control, value: Held) -> bool:
        return value is not None or not self.required

    def keeps(self: Control, value: Held) -> bool:
        return True


class Unlabeled(WithOwnName):
    """What a control has nothing of when its values are not labels."""

    holds: ClassVar[type[AnswerValue]]

    @property
    def dynamic(self) -> bool:
        return False

    @property
    def needs_task(self) -> bool:
        return False

    @property
    def labels(self) -> tuple[Choice, ...]:
        return ()

    @property
    def names(self) -> Collection[str]:
        return ()

    @property
    def exclusive(self) -> bool:
        return False

    @property
    def known_classes(self) -> tuple[str, ...]:
        return ()

    def for_task(self, data: Mapping[str, Any]) -> Self | Failure:
        return self

    def read(self, data: Mapping[str, Any]) -> Mapping[str, str]:
        return {}

    def listing(self, definitions: Mapping[str, str]) -> str:
        return ""

    def classes(self, value: Held) -> tuple[str, ...]:
        return ()

    def items(self, value: Held) -> tuple[tuple[str, Hashable], ...]:
        return tuple((name, None) for name in self.classes(value))

    def removed_classes(self, value: Held) -> list[str]:
        return []

    def called(self, value: Held) -> set[str]:
        return set()

    def display_name(self, name: str) -> str:
        return name

    def find(self, name: str) -> str | None:
        return None

    def renamed(self, value: Held, renames: Mapping[str, str]) -> Held:
        return value if isinstance(value, self.holds) else None

    def with_current_labels(self, renames: Mapping[str, str], now: Control | None) -> Self:
        return self

    def with_former_labels(self, formers: Mapping[str, str]) -> Self:
        return self

    def shared(self, others: Sequence[Control]) -> Self:
        return self
