"""Which <Ranker> elements rank the items of a <List>, or sort them into buckets."""

from xml.etree.ElementTree import Element

from backend.domain.labels.choice_names import LONGEST, Choice, Found, choices_of
from backend.domain.labels.controls.buckets import BucketsControl
from backend.domain.labels.controls.over_list import UNSORTED
from backend.domain.labels.controls.ranker import RankerControl
from backend.domain.labels.inputs.lists import ListObject
from backend.domain.labels.inputs.values import field_of
from backend.domain.labels.layout import Placed


def build_ranker(placed: Placed) -> RankerControl | BucketsControl | str:
    """The control of a <Ranker> element, or why it isn't supported."""
    if placed.object is None or placed.object.tag != "List":
        return "it ranks the items of a <List> alone"
    source = ListObject(placed.object.get("value", ""))
    if field_of(source.value) is None:
        return "its <List> does not show one field of the task"
    elements = [child for child in placed.element if child.tag == "Bucket"]
    buckets = _buckets(elements)
    if isinstance(buckets, str):
        return buckets
    if not buckets:
        return RankerControl(
            placed.name, placed.to_name, source, placed.hideable, placed.conditions, tuple(placed.heading)
        )
    return BucketsControl(
        name=placed.name,
        to_name=placed.to_name,
        source=source,
        choices=buckets,
        default=any(bucket.get("default", "").lower() == "true" for bucket in elements),
        hideable=placed.hideable,
        conditions=placed.conditions,
        heading=tuple(placed.heading),
    )


def _buckets(elements: list[Element]) -> tuple[Choice, ...] | str:
    """As choices: their titles are shown, their names are stored."""
    found = [_found(bucket) for bucket in elements]
    choices = choices_of(found)
    if any(one.stored in ("", UNSORTED) for one in choices):
        return f"a bucket without a name, or called {UNSORTED}"
    if any(len(one.shown) > LONGEST for one in choices):
        return f"a bucket whose title has more than {LONGEST:,} characters"
    return choices


def _found(bucket: Element) -> Found:
    name = bucket.get("name", "")
    return Found(bucket.get("title") or name, name)
