"""Conditions: when a control is on the annotator's screen (visibleWhen, whenTagName, whenChoiceValue).

Read as Label Studio 1.23 reads them (its VisibilityMixin): a hidden control counts as one without a choice, values are
compared with names and aliases as they are written, and an unknown word in visibleWhen hides nothing. Without
whenTagName, visibleWhen looks at <Choices> alone and at no value. whenChoiceValue without visibleWhen looks at what is
stored: of a choice with an alias, only this counts. Most tags do not have that mixin: their own visibleWhen hides
nothing either, that of a <View> around them does. What depends on a selected region does not concern answers, except
for a control per region (see `per_region`): any other is never on the screen of a task that has just been opened.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol
from xml.etree.ElementTree import Element

from backend.domain.answer import Paths, Texts
from backend.domain.characters import quoted

MOST = 50
"""Conditions around one control. With more, nobody could say when it is shown."""
ANY = "choice-selected"
_UNLESS = "choice-unselected"
_WITH_MIXIN = frozenset({"view", "repeater", "choices", "textarea", "taxonomy"})
"""All tags of Label Studio 1.23 that have it, whether a prompt fills them or not."""
_REGION = "region-selected"
_NAMED, _LONGEST, _SHORT = 20, 200, 60
"""Values that the model is told, and characters of each; the latter for people too."""


class Listed(Protocol):
    """A control as far as a condition looks at it."""

    @property
    def dynamic(self) -> bool:
        """Whether the task brings its choices."""

    @property
    def many(self) -> bool:
        """Whether it takes several labels."""

    @property
    def names(self) -> Collection[str]:
        """Names and aliases of its choices."""

    @property
    def known_classes(self) -> Collection[str]:
        """Its choices as they are stored."""

    @property
    def holds(self) -> type:
        """The kind of its values."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """Its own kind, and those of controls that it is made of."""

    def display_name(self, name: str) -> str:
        """What the model calls the choice of that name."""


@dataclass(slots=True)
class Selection:
    """What is chosen on a screen, without what hidden controls have.

    by_control: control -> the names of what is chosen in it
    in_choices: the names of what is chosen in any <Choices>
    stored: labels and free texts as they stand in a result
    """

    by_control: dict[str, Collection[str]] = field(default_factory=dict)
    in_choices: set[str] = field(default_factory=set)
    stored: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Condition:
    """Holds when `control` has one of `values` (none: any choice); with `unless` when it has not. `control` None: when
    another <Choices> has a choice, or, with `values`, when the same text is stored anywhere. `region`: holds while a
    region is selected, one of that control and with one of these labels."""

    control: str | None
    values: tuple[str, ...] = ()
    unless: bool = False
    region: bool = False

    def holds(self, selection: Selection) -> bool:
        """Whether it does with what is chosen on the screen."""
        chosen = self._looked_at(selection)
        return (not self._value_set.isdisjoint(chosen) if self.values else bool(chosen)) != self.unless

    def _looked_at(self, selection: Selection) -> Collection[str]:
        if self.control is not None:
            return selection.by_control.get(self.control, ())
        return selection.stored if self.values else selection.in_choices

    def words(self, looked_at: Listed | None) -> str:
        """For the model. `looked_at`: the control that it looks at, where it is one that the model fills."""
        many = looked_at is not None and looked_at.many
        names = [looked_at.display_name(value) if looked_at else value for value in self.values[:_NAMED]]
        named = [quoted(value, _LONGEST) for value in names]
        listed = " or ".join(named) + (" or another of its kind" if len(self.values) > _NAMED else "")
        if self.control is None:
            start = "no other key has" if self.unless else "another key has"
            return f"{start} {listed or 'a label'}"
        verb = ("does not have" if self.unless else "has") if many or not named else "is not" if self.unless else "is"
        return f"{quoted(self.control, _LONGEST)} {verb} {listed or 'a label'}"

    def never(self, fields: Mapping[str, "Listed"]) -> str:
        """Why no answer to `fields` can make it hold, in words that follow "shown only"; "" when one can. What prompts
        do not fill stays empty."""
        if self.region:
            return "while a region is selected"
        if self.unless:
            return ""
        if self.control is None:
            chosen = f"stores {quoted(self.values[0], _SHORT)}" if self.values else "has a choice"
            return "" if any(map(self._may_be_in, fields.values())) else f"when another <Choices> {chosen}"
        looked_at, values = fields.get(self.control), self.values[:_NAMED]
        if looked_at is None or not self._can_have(looked_at):
            listed = " or ".join(quoted(value, _SHORT) for value in values)
            return f"when {quoted(self.control, _SHORT)} has {listed or 'a choice'}"
        return ""

    def _can_have(self, control: Listed) -> bool:
        """Whether the control that it looks at can have what it wants."""
        return control.dynamic or (
            not self._value_set.isdisjoint(control.names) if self.values else bool(control.names)
        )

    def _may_be_in(self, control: Listed) -> bool:
        """Whether an answer for that control can make it hold, where it names none."""
        if not self.values:
            return has_choices(control)
        listed = control.dynamic or not self._value_set.isdisjoint(control.known_classes)
        return control.holds is Texts or (listed and has_choices(control) and control.holds is not Paths)

    @cached_property
    def _value_set(self) -> frozenset[str]:
        return frozenset(self.values)


def has_choices(control: Listed) -> bool:
    """Whether it is one of <Choices>, which alone a condition that names no control looks at; or some for each item."""
    return any(kind.split()[0] == "Choices" for kind in control.kinds)


def can_be_hidden(element: Element) -> bool:
    """Whether Label Studio heeds a condition on the element itself."""
    return element.tag.lower() in _WITH_MIXIN


def condition_of(element: Element) -> Condition | None:
    """The condition on the element itself; None if it hides nothing."""
    if not can_be_hidden(element):
        return None
    when, control, values = (element.get(name) or None for name in ("visiblewhen", "whentagname", "whenchoicevalue"))
    if not when:
        return Condition(None, (values,)) if values else None
    if when == _REGION:
        return Condition(control, region_labels(element.get("whenlabelvalue")), region=True)
    if when not in (ANY, _UNLESS):
        return None
    listed = tuple(dict.fromkeys(values.split(","))) if control and values else ()
    return Condition(control, listed, when == _UNLESS)


def region_labels(written: str | None) -> tuple[str, ...]:
    """The labels that a whenLabelValue means: a label may have a comma in it."""
    return tuple(dict.fromkeys((written, *written.split(",")))) if written else ()
