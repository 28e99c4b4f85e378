"""Controls with `perRegion="true"`: which spans they belong to, and why some belong to none.

Read as Label Studio 1.23 reads them (its PerRegionMixin and VisibilityMixin): they apply to every region of their
object, except for the regions that `whenLabelValue` and `visibleWhen="region-selected"` leave out. If they depend on a
choice, it is a choice about the same region.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from backend.domain.labels.conditions import Condition, region_labels
from backend.domain.labels.controls.base import Control
from backend.domain.labels.controls.spans.attributes import Attribute, Attributes
from backend.domain.labels.controls.spans.marking import as_marking, attributes_of, if_marking
from backend.domain.labels.controls.spans.quotes import RESERVED
from backend.domain.labels.controls.wording import excerpt
from backend.domain.labels.layout import DeclaredControl
from backend.domain.labels.unreachable import unreachable

_NO_SPAN = 'perRegion="true" without spans that a prompt marks'


@dataclass(frozen=True, slots=True)
class RegionControl:
    """A control per region where it stands, not yet a part of any other."""

    declared: DeclaredControl
    control: Control

    @property
    def labels(self) -> tuple[tuple[str, ...], ...]:
        """For each condition on the label of a region, those that it takes."""
        own = region_labels(self.declared.element.get("whenlabelvalue"))
        choices = [condition.values for condition in self._of_region if condition.values]
        return tuple(dict.fromkeys([*choices, *([own] if own else [])]))

    @property
    def _of_region(self) -> list[Condition]:
        return [condition for condition in self.declared.conditions if condition.region]

    def attribute_of(self, field: Control, alike: Sequence[str]) -> Attribute | str:
        """What it is of the things that `field` marks, or why it isn't. `alike`: names of all controls per region."""
        others = [
            condition
            for condition in self.declared.conditions
            if not condition.region and condition not in field.conditions
        ]
        if not all(condition.control in (None, field.name) for condition in self._of_region):
            return _NO_SPAN
        if self.control.name in RESERVED:
            return f"each span has a {excerpt(self.control.name)} of its own: give the control another name"
        present = [tuple(label for label in choices if label in field.known_classes) for choices in self.labels]
        if not all(present):
            return f"shown only for the label {excerpt(self.labels[-1][0])}, which '{field.name}' does not have"
        if any(condition.control not in alike for condition in others):
            return "shown under a condition that is not about its region"
        made: Any = self.control
        return Attribute(replace(made, conditions=tuple(others)), tuple(present))


def may_stay_empty(declared: DeclaredControl) -> bool:
    """Whether some regions have no value of a control per region."""
    return declared.hideable or not declared.required or declared.element.get("whenlabelvalue") is not None


def attach(fields: Mapping[str, Control], loose: Sequence[RegionControl]) -> tuple[dict[str, Control], dict[str, str]]:
    """`fields` with the controls per region as parts of those that mark what they are about; name -> why it is part of
    none."""
    why: dict[str, str] = {part.control.name: _NO_SPAN for part in loose}
    with_attributes: dict[str, Control] = {}
    for name, field in fields.items():
        marking = as_marking(field)
        about = [part for part in loose if marking is not None and part.declared.to_name == marking.to_name]
        with_attributes[name] = if_marking(field, attributes=Attributes(_parts(field, about, why)))
    attached = {name for field in with_attributes.values() for name in attributes_of(field).names}
    return with_attributes, {name: reason for name, reason in why.items() if name not in attached}


def _parts(field: Control, about: Sequence[RegionControl], why: dict[str, str]) -> tuple[Attribute, ...]:
    """Of those that are `about` the same object. Adds to `why` what is left out."""
    alike = [part.control.name for part in about]
    parts: dict[str, Attribute] = {}
    for part in about:
        made = part.attribute_of(field, alike)
        if isinstance(made, Attribute):
            parts[made.name] = made
        elif why[part.control.name] == _NO_SPAN:
            why[part.control.name] = made
    never = unreachable([part.control for part in parts.values()])
    why |= {name: f"shown only {reason}, which no span has" for name, reason in never.items()}
    return tuple(part for name, part in parts.items() if name not in never)
