"""Which <Taxonomy> is asked for, and why another is left alone."""

import pytest

from tests.unit.domain.labels.controls.trees.test_taxonomy import KIND, TREE, schema


@pytest.mark.parametrize(
    ("attributes", "tree", "why"),
    [
        ('apiUrl="http://x"', "", "apiUrl (a tree that the browser loads)"),
        ('labeling="true"', TREE, 'labeling="true" (labels of regions)'),
        ('perRegion="true"', TREE, 'perRegion="true" without spans that a prompt marks'),
        ('perItem="true"', TREE, 'perItem="true" (per item)'),
        ("", "", "it lists no choices"),
        ("", '<Choice value="n">' * 21 + "</Choice>" * 21, "a tree of more than 10,000 choices or 20 levels, or with"),
    ],
)
def test_what_cannot_be_asked_for_is_named_and_left_alone(attributes: str, tree: str, why: str) -> None:
    found = schema(attributes, tree, KIND)
    assert found.names == ("kind",)
    assert why in found.unsupported[0]
