"""What controls whose values are labels from a list have in common."""

from collections.abc import Mapping
from functools import cached_property

from backend.domain.answer import names_of
from backend.domain.labels.choice_names import Choice
from backend.domain.labels.controls.base import Held
from backend.domain.labels.controls.label_lookup import LabelLookup


class Labeled:
    """`choices`: the labels there are."""

    choices: tuple[Choice, ...]

    @property
    def labels(self) -> tuple[Choice, ...]:
        return self.choices

    @property
    def known_classes(self) -> tuple[str, ...]:
        return tuple(choice.stored for choice in self.choices)

    @cached_property
    def _lookup(self) -> LabelLookup:
        return LabelLookup(self.choices)

    def classes(self, value: Held) -> tuple[str, ...]:
        return names_of(value)

    def gone(self, value: Held) -> list[str]:
        return [label for label in names_of(value) if label not in self._lookup.order]

    def called(self, value: Held) -> set[str]:
        """As it is stored, and the config's own name."""
        own = self._lookup.own
        return {*names_of(value), *(own[label] for label in names_of(value) if label in own)}

    @cached_property
    def names(self) -> set[str]:
        return self.called(self._lookup.ordered(self.known_classes))

    def shown(self, name: str) -> str:
        return self._lookup.shown.get(name, name)

    def find(self, name: str) -> str | None:
        return self._lookup.find(name)

    def renamed(self, value: Held, renames: Mapping[str, str]) -> Held:
        known = self._lookup.order
        return self._lookup.ordered([name if name in known else renames.get(name, name) for name in names_of(value)])
