"""Conditions: when a control is on the annotator's screen (visibleWhen, whenTagName, whenChoiceValue).

Read as Label Studio 1.23 reads them (its VisibilityMixin): a hidden control counts as one without a choice, values are
compared with names and aliases as they are written, and an unknown word in visibleWhen hides nothing. Most tags do not
have that mixin: their own visibleWhen hides nothing either, that of a <View> around them does. What depends on a
selected region does not concern answers, except for a control per region (see `per_region`): any other is never on the
screen of a task that has just been opened.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol
from xml.etree.ElementTree import Element

from backend.domain.characters import quoted

MOST = 50
"""Conditions around one control. With more, nobody could say when it is shown."""
ANY = "choice-selected"
_UNLESS = "choice-unselected"
_WITH_MIXIN = frozenset({"view", "repeater", "choices", "textarea", "taxonomy"})
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

    def display_name(self, name: str) -> str:
        """What the model calls the choice of that name."""


@dataclass(frozen=True)
class Condition:
    """Holds when `control` (None: any other one) has one of `values` (none: any choice); with `unless` when it has
    not. `region`: holds while a region is selected, one of that control and with one of these labels."""

    control: str | None
    values: tuple[str, ...] = ()
    unless: bool = False
    region: bool = False

    def holds(self, seen: Mapping[str | None, Collection[str]]) -> bool:
        """`seen`: names of what is chosen, by control, under None those of all; without what hidden controls have."""
        chosen = seen.get(self.control, ())
        return (not self._wanted.isdisjoint(chosen) if self.values else bool(chosen)) != self.unless

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
            return "" if fields else "when another <Choices> has a choice"
        field, values = fields.get(self.control), self.values[:_NAMED]
        if field is None or (self.values and not field.dynamic and self._wanted.isdisjoint(field.names)):
            listed = " or ".join(quoted(value, _SHORT) for value in values)
            return f"when {quoted(self.control, _SHORT)} has {listed or 'a choice'}"
        return ""

    @cached_property
    def _wanted(self) -> frozenset[str]:
        return frozenset(self.values)


def can_be_hidden(element: Element) -> bool:
    """Whether Label Studio heeds a condition on the element itself."""
    return element.tag.lower() in _WITH_MIXIN


def condition_of(element: Element) -> Condition | None:
    """The condition on the element itself; None if it hides nothing."""
    if not can_be_hidden(element):
        return None
    attributes = {
        name.lower(): value for name, value in element.attrib.items() if name.lower().startswith(("when", "visi"))
    }
    when, values = attributes.get("visiblewhen"), attributes.get("whenchoicevalue")
    if not when:
        return Condition(None, (values,)) if values else None
    if when == _REGION:
        return Condition(
            attributes.get("whentagname") or None, region_labels(attributes.get("whenlabelvalue")), region=True
        )
    if when not in (ANY, _UNLESS):
        return None
    listed = tuple(dict.fromkeys(values.split(","))) if values else ()
    return Condition(attributes.get("whentagname") or None, listed, when == _UNLESS)


def region_labels(written: str | None) -> tuple[str, ...]:
    """The labels that a whenLabelValue means: a label may have a comma in it."""
    return tuple(dict.fromkeys((written, *written.split(",")))) if written else ()
