"""What Label Studio's bulk import takes.

The import checks predictions with the SDK, which does not know all that the labelling screen shows, and drops the
others without a word. One request for each prediction checks nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any


def takes(result: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the import takes a prediction with these regions: it drops the paths of nested choices."""
    return not any(_has_paths(region.get("value")) for region in result)


def _has_paths(value: Any) -> bool:
    chosen = value.get("choices") if isinstance(value, Mapping) else None
    return isinstance(chosen, list) and any(isinstance(choice, list) for choice in chosen)
