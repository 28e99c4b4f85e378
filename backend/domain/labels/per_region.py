"""Controls with `perRegion="true"`: which spans they belong to, and why some belong to none.

Read as Label Studio 1.23 reads them (its PerRegionMixin and VisibilityMixin): they are there for every region of their
object, except for those that `whenLabelValue` and `visibleWhen="region-selected"` leave out, and a choice that they
depend on is one of the same region.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from backend.domain.labels.conditions import Condition, region_labels
from backend.domain.labels.controls.attributes import Attribute, Attributes
from backend.domain.labels.controls.base import Control
from backend.domain.labels.controls.marking import as_marking, attributes_of, if_marking
from backend.domain.labels.controls.quotes import RESERVED
from backend.domain.labels.controls.wording import said
from backend.domain.labels.layout import Placed
from backend.domain.labels.never_shown import never_shown

_NO_SPAN = 'perRegion="true" without spans that a prompt marks'


@dataclass(frozen=True, slots=True)
class RegionControl:
    """A control per region where it stands, not yet a part of any other."""

    placed: Placed
    control: Control

    @property
    def labels(self) -> tuple[tuple[str, ...], ...]:
        """For each condition on the label of a region, those that it takes."""
        own = region_labels(self.placed.element.get("whenLabelValue"))
        wanted = [condition.values for condition in self._of_region if condition.values]
        return tuple(dict.fromkeys([*wanted, *([own] if own else [])]))

    @property
    def _of_region(self) -> list[Condition]:
        return [condition for condition in self.placed.conditions if condition.region]

    def attribute_of(self, field: Control, alike: Sequence[str]) -> Attribute | str:
        """What it is of the things that `field` marks, or why it isn't. `alike`: names of all controls per region."""
        others = [one for one in self.placed.conditions if not one.region and one not in field.conditions]
        if not all(one.control in (None, field.name) for one in self._of_region):
            return _NO_SPAN
        if self.control.name in RESERVED:
            return f"each span has a {said(self.control.name)} of its own: give the control another name"
        known = [tuple(label for label in wanted if label in field.known_classes) for wanted in self.labels]
        if not all(known):
            return f"shown only for the label {said(self.labels[-1][0])}, which '{field.name}' does not have"
        if any(one.control not in alike for one in others):
            return "shown under a condition that is not about its region"
        made: Any = self.control
        return Attribute(replace(made, conditions=tuple(others)), tuple(known))


def may_stay_empty(placed: Placed) -> bool:
    """Whether some regions have no value of a control per region."""
    return placed.hideable or not placed.required or placed.element.get("whenLabelValue") is not None


def attach(fields: Mapping[str, Control], loose: Sequence[RegionControl]) -> tuple[dict[str, Control], dict[str, str]]:
    """`fields` with the controls per region as parts of those that mark what they are about; name -> why it is part of
    none."""
    why: dict[str, str] = {one.control.name: _NO_SPAN for one in loose}
    found: dict[str, Control] = {}
    for name, field in fields.items():
        marking = as_marking(field)
        about = [one for one in loose if marking is not None and one.placed.to_name == marking.to_name]
        found[name] = if_marking(field, attributes=Attributes(_parts(field, about, why)))
    attached = {name for field in found.values() for name in attributes_of(field).names}
    return found, {name: reason for name, reason in why.items() if name not in attached}


def _parts(field: Control, about: Sequence[RegionControl], why: dict[str, str]) -> tuple[Attribute, ...]:
    """Of those that are `about` the same object. Adds to `why` what is left out."""
    alike = [one.control.name for one in about]
    parts: dict[str, Attribute] = {}
    for one in about:
        made = one.attribute_of(field, alike)
        if isinstance(made, Attribute):
            parts[made.name] = made
        elif why[one.control.name] == _NO_SPAN:
            why[one.control.name] = made
    never = never_shown([part.control for part in parts.values()])
    why |= {name: f"shown only {reason}, which no span has" for name, reason in never.items()}
    return tuple(part for name, part in parts.items() if name not in never)
