"""Regions of a control, which hold a value of their kind, such as `choices`."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from backend.domain.labels.controls.base import Region


class OnScreen(Protocol):
    """A control and the object that it is about, as a region names them."""

    @property
    def name(self) -> str: ...

    @property
    def to_name(self) -> str: ...


def region_of(control: OnScreen, kind: str, **value: Any) -> dict[str, Any]:
    """A region of this type with this value."""
    return {"from_name": control.name, "to_name": control.to_name, "type": kind, "value": value}


def values_in(regions: Sequence[Region], key: str) -> list[Any]:
    """What regions hold under this key, None where one holds something else; nothing of those without a value."""
    values = (region.get("value") for region in regions)
    return [value.get(key) for value in values if isinstance(value, Mapping)]
