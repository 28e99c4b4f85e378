"""Unreachable: controls that are never on the screen, because they depend on controls that prompts do not fill."""

from collections.abc import Sequence

from backend.domain.labels.control_order import in_order
from backend.domain.labels.controls.base import Control


def unreachable(fields: Sequence[Control]) -> dict[str, str]:
    """Their names -> why, in words that follow "shown only"; in the order in which they are asked for."""
    reasons: dict[str, str] = {}
    looked_at: dict[str, Control] = {}
    for field in in_order(tuple(fields)):
        why = next((why for c in field.conditions if (why := c.never(looked_at))), "")
        if why:
            reasons[field.name] = why
        elif field.usable_in_conditions:
            looked_at[field.name] = field
    return reasons
