"""Every control that the registry knows has the whole protocol, and keeps what all of them must keep."""

import inspect
from typing import Any

import pytest

from backend.domain.labels.config_tree import config_tree
from backend.domain.labels.controls.base import Control
from backend.domain.labels.controls.registry import KINDS
from backend.domain.labels.controls.spans.relations import RelationsControl
from backend.domain.labels.inputs.repeater import is_repeater, repeater_of
from backend.domain.labels.layout import DeclaredControl
from backend.domain.metrics.controls.measures import METRICS
from backend.domain.outcome import Failure, Rejection

MEMBERS = {*Control.__annotations__, *(name for name in vars(Control) if not name.startswith("_"))}
ELEMENTS: dict[str, tuple[str, Any]] = {
    "Choices": ('<Choices name="c" toName="t"><Choice value="a"/></Choices>', "a"),
    "TextArea": ('<TextArea name="c" toName="t"/>', ["one text", "two"]),
    "Rating": ('<Rating name="c" toName="t"/>', 3),
    "Number": ('<Number name="c" toName="t"/>', -2.5),
    "Labels": ('<Labels name="c" toName="t"><Label value="a"/></Labels>', [{"label": "a", "text": "o", "before": "t"}]),
    "HyperTextLabels": (
        '<HyperTextLabels name="c" toName="t"><Label value="a"/></HyperTextLabels>',
        [{"label": "a", "text": "two", "before": ""}],
    ),
    "ParagraphLabels": (
        '<ParagraphLabels name="c" toName="t"><Label value="a"/></ParagraphLabels>',
        [{"turn": 0, "label": "a", "text": "two", "before": ""}],
    ),
    "Pairwise": ('<Pairwise name="c" toName="t,u"/>', "right"),
    "DateTime": ('<DateTime name="c" toName="t"/>', "2024-02-03T04:05"),
    "Taxonomy": ('<Taxonomy name="c" toName="t"><Choice value="a"><Choice value="b"/></Choice></Taxonomy>', ["a / b"]),
    "Ranker": ('<Ranker name="c" toName="t"/>', ["7", "b"]),
    "RectangleLabels": (
        '<RectangleLabels name="c" toName="t"><Label value="a"/></RectangleLabels>',
        [{"label": "a", "x_min": 100, "y_min": 200, "x_max": 400, "y_max": 600}],
    ),
    "EllipseLabels": (
        '<EllipseLabels name="c" toName="t"><Label value="a"/></EllipseLabels>',
        [{"label": "a", "x_min": 1, "y_min": 0, "x_max": 999.5, "y_max": 3}],
    ),
    "KeyPointLabels": (
        '<KeyPointLabels name="c" toName="t"><Label value="a"/></KeyPointLabels>',
        [{"label": "a", "x": 333, "y": 0}],
    ),
    "Choices allowNested": (
        '<Choices name="c" toName="t" allowNested="true"><Choice value="a"><Choice value="b"/></Choice></Choices>',
        "a / b",
    ),
    "Choices perItem": (
        '<Choices name="c" toName="t" perItem="true"><Choice value="a"/><Choice value="b"/></Choices>',
        [{"item": 0, "c": "b"}, {"item": 1, "c": "a"}],
    ),
    'Choices choice="multiple" perItem': (
        '<Choices name="c" toName="t" perItem="true" choice="multiple"><Choice value="a"/><Choice value="b"/>'
        "</Choices>",
        [{"item": 0, "c": ["b", "a"]}, {"item": 1, "c": []}],
    ),
    "Repeater": (
        '<Repeater on="$text"><Rating name="c_{{idx}}" toName="t"/></Repeater>',
        [{"item": 1, "c": 2}, {"item": 0, "c": None}],
    ),
}
"""Tag -> a control, and what a model may answer."""
OBJECTS = {
    **dict.fromkeys(
        ("Choices perItem", 'Choices choice="multiple" perItem'),
        ('<Image name="t" valueList="$text"/>', ["/a.png", "/b.png"]),
    ),
    "HyperTextLabels": ('<HyperText name="t" value="$text"/>', "<b>two</b>"),
    "Repeater": ('<Text name="t" value="$other"/>', ["one", "two"]),
    "ParagraphLabels": ('<Paragraphs name="t" value="$text"/>', [{"author": "A", "text": "two"}]),
    "Ranker": ('<List name="t" value="$text"/>', [{"id": "b"}, {"id": 7}]),
    **dict.fromkeys(
        ("RectangleLabels", "EllipseLabels", "KeyPointLabels"), ('<Image name="t" value="$text"/>', "/a.png")
    ),
}
"""Tag -> what it is about where that is not a <Text>, and that in a task."""


def built(tag: str) -> Control:
    """The control, as it is for a task."""
    element = config_tree(ELEMENTS[tag][0]).root
    declared = DeclaredControl(element, False, ())
    if is_repeater(element):
        declared = DeclaredControl(element[0], False, (), repeater=repeater_of(element, None), key="c")
    shown, text = OBJECTS.get(tag, ('<Text name="t" value="$text"/>', "two"))
    declared.object = config_tree(shown).root
    found = KINDS[tag].build(declared)
    assert not isinstance(found, str), found
    control = found.for_task({"text": text})
    assert not isinstance(control, Failure)
    return control


@pytest.fixture(params=KINDS)
def control(request: pytest.FixtureRequest) -> Control:
    return built(request.param)


def test_the_protocol_is_not_empty() -> None:
    assert {"describe", "json_schema", "parse", "to_regions", "from_regions", "equal", "partial", "classes"} <= MEMBERS


def test_a_control_has_all_that_the_protocol_says(control: Control) -> None:
    lacking = [name for name in MEMBERS if not hasattr(control, name)]
    assert lacking == []
    for name, member in vars(Control).items():
        if inspect.isfunction(member) and not name.startswith("_"):
            wanted = list(inspect.signature(member).parameters)[1:]
            assert list(inspect.signature(getattr(control, name)).parameters) == wanted, name


def test_what_a_model_says_comes_back_from_json_and_from_regions(control: Control) -> None:
    value = control.parse(ELEMENTS[control.tag][1])
    assert not isinstance(value, Rejection)
    assert isinstance(value, control.holds)
    assert control.parse(control.to_json(value)) == value
    assert control.from_regions(control.to_regions(value)) == value
    assert control.equal(value, value)
    assert (control.partial(value, value), control.partial(None, value)) == (1, 0)
    assert control.renamed(value, {}) == value
    assert control.show(value)


def test_nothing_is_no_region_and_not_the_same_as_something(control: Control) -> None:
    value = control.parse(ELEMENTS[control.tag][1])
    assert not isinstance(value, Rejection)
    assert control.to_regions(None) == []
    assert control.from_regions([]) is None
    assert not control.equal(None, value)


def test_each_kind_of_control_has_a_measure() -> None:
    assert set(METRICS) == {*KINDS, RelationsControl.tag}
