"""What Label Studio's bulk import takes.

The import checks predictions with the SDK, which does not know all that the labelling screen shows, and drops the
others without a word. One request for each prediction checks nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from backend.domain.labels.controls.base import Control
from backend.domain.labels.controls.repeated import RepeatedControl


def takes(result: Sequence[Mapping[str, Any]], fields: Iterable[Control]) -> bool:
    """Whether the import takes a prediction with these regions of `fields`: it drops the paths of nested choices, and
    names that are not in the labelling config as they stand, because an item's number is in them."""
    names = {str(region.get("from_name")) for region in result}
    repeated = any(isinstance(field, RepeatedControl) and field.from_names(names) for field in fields)
    return not repeated and not any(_has_paths(region.get("value")) for region in result)


def _has_paths(value: Any) -> bool:
    chosen = value.get("choices") if isinstance(value, Mapping) else None
    return isinstance(chosen, list) and any(isinstance(choice, list) for choice in chosen)
