"""What Label Studio's import takes, and what it drops without a word."""

from typing import Any

import pytest

from backend.domain.labels.config import read_config
from backend.domain.labels.schema import LabelSchema
from backend.domain.predictions.bulk_import import takes

REPEATED = """<View><Text name="t" value="$text"/><Rating name="stars" toName="t"/><Repeater on="$items">
<Text name="t_{{idx}}" value="$items[{{idx}}]"/><Rating name="c_{{idx}}" toName="t_{{idx}}"/></Repeater></View>"""


BROUGHT = """<View><Text name="t" value="$text"/><Labels name="c" toName="t" value="$labels">{}</Labels></View>"""
CHOICES = """<View><Text name="t" value="$text"/><Choices name="c" toName="t" value="$labels">{}</Choices></View>"""
TREE = """<View><Text name="t" value="$text"/><Taxonomy name="c" toName="t" value="$labels">{}</Taxonomy></View>"""
PICTURES = """<View><Image name="i" valueList="$images"/>
<Choices name="c" toName="i" perItem="true" value="$labels">{}</Choices></View>"""


def region(kind: str, value: Any) -> dict[str, Any]:
    return {"from_name": "c", "to_name": "t", "type": kind, "value": {kind: value}}


@pytest.mark.parametrize(
    ("result", "taken"),
    [
        ([], True),
        ([region("choices", ["a", "b"])], True),
        ([region("taxonomy", [["a", "b"]])], True),
        ([region("choices", [["a"]])], False),
        ([region("rating", 3), region("choices", [["a", "b"], ["c"]])], False),
    ],
)
def test_paths_of_choices_are_dropped(result: list[dict[str, Any]], taken: bool) -> None:
    assert takes(result, LabelSchema((), ())) is taken


@pytest.mark.parametrize(
    ("names", "taken"), [([], True), (["stars"], True), (["c_3"], False), (["stars", "c_0"], False)]
)
def test_names_with_the_number_of_an_item_are_dropped(names: list[str], taken: bool) -> None:
    result = [{"from_name": name, "to_name": "t", "type": "rating", "value": {"rating": 1}} for name in names]
    assert takes(result, read_config(REPEATED)) is taken


@pytest.mark.parametrize("bound", [False, True])
@pytest.mark.parametrize(
    ("config", "kind", "tag"),
    [(BROUGHT, "labels", "Label"), (PICTURES, "choices", "Choice"), (CHOICES, "choices", "Choice")],
)
def test_labels_that_the_task_brings_are_dropped_where_the_config_lists_others(
    config: str, kind: str, tag: str, bound: bool
) -> None:
    def taken(listed: str, *labels: str) -> bool:
        schema: Any = read_config(config.format(listed))
        task = {"text": "x", "images": ["/a.png"], "labels": ["brought"]}
        return takes([region(kind, [*labels])], schema.for_task(task) if bound else schema)

    own = f'<{tag} value="Own" alias="o"/>'
    assert not taken(own, "brought")
    assert not taken(own, "o", "brought")
    assert taken(own, "o")
    assert taken("", "brought")


@pytest.mark.parametrize(("path", "taken"), [(["Own", "a"], True), (["brought"], False), (["Own", "brought"], False)])
def test_paths_that_the_task_brings_are_dropped_where_the_config_lists_others(path: list[str], taken: bool) -> None:
    schema: Any = read_config(TREE.format('<Choice value="Own"><Choice value="A" alias="a"/></Choice>'))
    bound = schema.for_task({"text": "x", "labels": ["brought"]})
    assert takes([region("taxonomy", [path])], schema) is taken
    assert takes([region("taxonomy", [path])], bound) is taken


@pytest.mark.parametrize(
    ("attributes", "inside", "taken"),
    [
        ('maxRating="7"', "", True),
        ('maxrating="7"', "", False),
        ('hotKey="r"', "", True),
        ("", '<Choices name="c" toName="t"><Choice value="A" Alias="a"/></Choices>', False),
        ("", '<Choices name="c" toName="t"><Choice value="A" alias="a"/></Choices>', True),
    ],
)
def test_attributes_that_the_import_does_not_read_are_noticed(attributes: str, inside: str, taken: bool) -> None:
    """Label Studio 1.23 creates none of these predictions where this says so."""
    config = f'<View><Text name="t" value="$text"/><Rating name="r" toName="t" {attributes}/>{inside}</View>'
    assert takes([region("rating", 6)], read_config(config)) is taken
