"""Which <Ranker> elements rank the items of a <List>, or sort them into buckets."""

from xml.etree.ElementTree import Element

from backend.domain.labels.choice_names import LONGEST, Choice, NestedChoice, choices_of
from backend.domain.labels.controls.lists.buckets import BucketsControl
from backend.domain.labels.controls.lists.over_list import UNSORTED
from backend.domain.labels.controls.lists.ranker import RankerControl
from backend.domain.labels.inputs.lists import ListObject
from backend.domain.labels.inputs.values import field_of
from backend.domain.labels.layout import DeclaredControl


def build_ranker(declared: DeclaredControl) -> RankerControl | BucketsControl | str:
    """The control of a <Ranker> element, or why it isn't supported."""
    if declared.object is None or declared.object.tag != "List":
        return "it ranks the items of a <List> alone"
    source = ListObject(declared.object.get("value", ""))
    if field_of(source.value) is None:
        return "its <List> does not show one field of the task"
    elements = [child for child in declared.element if child.tag == "Bucket"]
    buckets = _buckets(elements)
    if isinstance(buckets, str):
        return buckets
    if not buckets:
        return RankerControl(
            declared.name, declared.to_name, source, declared.hideable, declared.conditions, tuple(declared.heading)
        )
    return BucketsControl(
        name=declared.name,
        to_name=declared.to_name,
        source=source,
        choices=buckets,
        default=any(bucket.get("default", "").lower() == "true" for bucket in elements),
        hideable=declared.hideable,
        conditions=declared.conditions,
        heading=tuple(declared.heading),
    )


def _buckets(elements: list[Element]) -> tuple[Choice, ...] | str:
    """As choices: their titles are shown, their names are stored."""
    buckets = [_choice_of(bucket) for bucket in elements]
    choices = choices_of(buckets)
    if any(choice.stored in ("", UNSORTED) for choice in choices):
        return f"a bucket without a name, or called {UNSORTED}"
    if any(len(choice.name) > LONGEST for choice in choices):
        return f"a bucket whose title has more than {LONGEST:,} characters"
    return choices


def _choice_of(bucket: Element) -> NestedChoice:
    name = bucket.get("name", "")
    return NestedChoice(bucket.get("title") or name, name)
