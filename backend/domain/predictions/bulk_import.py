"""What Label Studio's bulk import takes.

The import checks predictions with the SDK, which does not know all that the labelling screen shows, and drops the
others without a word. One request for each prediction checks nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from backend.domain.labels.controls.base import Control
from backend.domain.labels.controls.brought_labels import labels_of_config
from backend.domain.labels.controls.lists.repeated import RepeatedControl
from backend.domain.labels.schema import LabelSchema


def takes(result: Sequence[Mapping[str, Any]], schema: LabelSchema) -> bool:
    """Whether the import takes a prediction with these regions: it drops the paths of nested choices, names that are
    not in the labelling config as they stand, because an item's number is in them, labels that the task brings where
    the config lists others, and what goes beyond an attribute whose name it does not read."""
    return schema.read_by_import and _takes(result, schema.fields)


def _takes(result: Sequence[Mapping[str, Any]], fields: Sequence[Control]) -> bool:
    names = {str(region.get("from_name")) for region in result}
    repeated = any(isinstance(field, RepeatedControl) and field.from_names(names) for field in fields)
    listed = {field.name: labels for field in fields if (labels := labels_of_config(field))}
    return not repeated and not any(_has_paths(region.get("value")) or _is_brought(region, listed) for region in result)


def _is_brought(region: Mapping[str, Any], listed: Mapping[str, frozenset[str]]) -> bool:
    control, value = listed.get(str(region.get("from_name"))), region.get("value")
    labels = value.get(str(region.get("type"))) if control and isinstance(value, Mapping) else None
    return control is not None and isinstance(labels, list) and not control.issuperset(_flat(labels))


def _flat(labels: Iterable[Any]) -> Iterator[Any]:
    """Labels, and the names on paths."""
    return (name for label in labels for name in (label if isinstance(label, list) else [label]))


def _has_paths(value: Any) -> bool:
    chosen = value.get("choices") if isinstance(value, Mapping) else None
    return isinstance(chosen, list) and any(isinstance(choice, list) for choice in chosen)
