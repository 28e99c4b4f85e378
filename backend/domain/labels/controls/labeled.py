"""What controls have in common whose values are labels from a list, or have such labels."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Self

from backend.domain.answer import names_of
from backend.domain.labels.choice_names import Choice
from backend.domain.labels.controls.base import Control, Held
from backend.domain.labels.controls.label_lookup import LabelLookup
from backend.domain.labels.controls.unlabeled import WithOwnName


class WithLabels:
    """`choices`: the labels there are."""

    choices: tuple[Choice, ...]

    @property
    def labels(self) -> tuple[Choice, ...]:
        return self.choices

    @property
    def known_classes(self) -> tuple[str, ...]:
        return tuple(choice.stored for choice in self.choices)

    @property
    def _labels_identity(self) -> list[list[str]]:
        """What its labels add to its identity."""
        return [[choice.name, choice.stored, choice.hint] for choice in self.choices]

    @cached_property
    def _lookup(self) -> LabelLookup:
        return LabelLookup(self.choices)

    def _stored(self, label: str) -> str | None:
        """The label that a model's word means, as it is stored."""
        name = self.find(label)
        return None if name is None else self._lookup.exact[name]

    def classes(self, value: Held) -> tuple[str, ...]:
        return names_of(value)

    def removed_classes(self, value: Held) -> list[str]:
        return [label for label in self.classes(value) if label not in self._lookup.order]

    def display_name(self, name: str) -> str:
        return self._lookup.display_names.get(name, name)

    def find(self, name: str) -> str | None:
        return self._lookup.find(name)


class WithOwnLabels(WithLabels):
    """Labels that the config lists, under names that may change."""

    def with_current_labels(self, renames: Mapping[str, str], now: Control | None) -> Self:
        return self._with(with_current_labels(self.choices, renames, now))

    def with_former_labels(self, formers: Mapping[str, str]) -> Self:
        return self._with(with_former_labels(self.choices, formers))

    def shared(self, others: Sequence[Control]) -> Self:
        return self._with(kept_by_all(self.choices, others))

    def _with(self, choices: tuple[Choice, ...]) -> Self:
        control: Any = self
        changed: Self = replace(control, choices=choices)
        return changed


class Labeled(WithLabels, WithOwnName):
    """A control whose values are labels."""

    def read(self, data: Mapping[str, Any]) -> Mapping[str, str]:
        return {}

    def called(self, value: Held) -> set[str]:
        """As it is stored, and the config's own name."""
        own = self._lookup.own
        return {*names_of(value), *(own[label] for label in names_of(value) if label in own)}

    @cached_property
    def names(self) -> set[str]:
        return self.called(self._lookup.ordered(self.known_classes))

    def renamed(self, value: Held, renames: Mapping[str, str]) -> Held:
        order = self._lookup.order
        return self._lookup.ordered([name if name in order else renames.get(name, name) for name in names_of(value)])


def with_current_labels(
    choices: Iterable[Choice], renames: Mapping[str, str], now: Control | None
) -> tuple[Choice, ...]:
    """`choices` of a former config, with the names that they have in `now`."""
    present = {choice.stored: choice for choice in now.labels} if now else {}
    current: dict[str, Choice] = {}
    for choice in choices:
        name = renames.get(choice.stored, choice.stored)
        current[name] = choice if name == choice.stored else present.get(name, Choice(name, name))
    return tuple(current.values())


def with_former_labels(choices: Iterable[Choice], formers: Mapping[str, str]) -> tuple[Choice, ...]:
    """`choices` as they were before they were renamed; `formers`: label -> what it was called."""
    return tuple(_called(choice, formers.get(choice.stored)) for choice in choices)


def kept_by_all(choices: Iterable[Choice], others: Sequence[Control]) -> tuple[Choice, ...]:
    """Those of `choices` that all `others` have."""
    every = [set(other.known_classes) for other in others]
    return tuple(choice for choice in choices if all(choice.stored in stored for stored in every))


def _called(choice: Choice, name: str | None) -> Choice:
    return choice if name is None else Choice(name, name, choice.hint)
