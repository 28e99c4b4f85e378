"""Controls that are not always shown: what the model is told, what is accepted, what a truth says, what is scored."""

import json
import time
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from backend.domain.answer import Labels, Number
from backend.domain.chat.response_parser import read
from backend.domain.dataset.ground_truth import truth_of
from backend.domain.labels.conditions import can_be_hidden
from backend.domain.labels.config import read_config
from backend.domain.labels.controls.registry import KINDS
from backend.domain.labels.regions import from_result, to_result
from backend.domain.metrics.classification import score
from backend.domain.outcome import Outcome, Rejection, Truth
from backend.domain.resolution.resolve import resolve
from backend.errors import LabelConfigError
from tests.scripted import completion, request, tokens

ALWAYS_SHOWN = {
    *("Rating", "Number", "DateTime", "Pairwise", "Ranker", "Labels", "HyperTextLabels", "ParagraphLabels"),
    *("RectangleLabels", "EllipseLabels", "KeyPointLabels"),
}
"""Tags without Label Studio's VisibilityMixin."""
TEXT = '<Text name="text" value="$text"/>'
KIND = (
    '<Choices name="kind" toName="text" required="true">'
    '<Choice value="complaint" alias="c"/><Choice value="praise"/></Choices>'
)
IF_COMPLAINT = 'visibleWhen="choice-selected" whenTagName="kind" whenChoiceValue="complaint"'


def control(name: str, more: str = "", labels: tuple[str, ...] = ("low", "high")) -> str:
    listed = "".join(f'<Choice value="{label}"/>' for label in labels)
    return f'<Choices name="{name}" toName="text" {more}>{listed}</Choices>'


def config(*parts: str) -> str:
    return f"<View>{TEXT}{''.join(parts)}</View>"


SEVERITY = read_config(config(KIND, control("severity", IF_COMPLAINT)))


def said(schema: Any, **values: Any) -> Any:
    return read(completion(json.dumps(values)), schema)


def reason(found: Any) -> str:
    assert isinstance(found, Rejection)
    return found.reason


def region(name: str, *labels: str, kind: str = "choices") -> dict[str, Any]:
    return {"from_name": name, "to_name": "text", "type": kind, "value": {kind: list(labels)}}


@pytest.mark.parametrize("severity", [{}, {"severity": None}, {"severity": "high"}, {"severity": "garbage"}])
def test_what_is_said_of_a_hidden_control_counts_for_nothing(severity: Any) -> None:
    answer = said(SEVERITY, kind="praise", **severity)
    assert answer == {"kind": Labels(("praise",)), "severity": None}
    assert to_result(answer, SEVERITY) == [region("kind", "praise")]


def test_a_control_that_is_shown_is_answered() -> None:
    assert said(SEVERITY, kind="complaint", severity="high") == {"kind": Labels(("c",)), "severity": Labels(("high",))}
    assert reason(said(SEVERITY, kind="complaint")) == "missing_field"
    assert reason(said(SEVERITY, kind="complaint", severity="garbage")) == "unknown_choice"
    assert said(SEVERITY, kind="complaint", severity=None) == {"kind": Labels(("c",)), "severity": None}


def test_a_required_one_must_not_be_left_empty_where_it_is_shown() -> None:
    required = read_config(config(KIND, control("severity", IF_COMPLAINT + ' required="true"')))
    assert reason(said(required, kind="complaint", severity=None)) == "missing_field"
    assert said(required, kind="praise", severity=None) == {"kind": Labels(("praise",)), "severity": None}


def test_the_model_is_told_when_a_control_is_shown() -> None:
    assert (
        '"severity": null unless "kind" is "complaint", else exactly one of\n- low'
        in request(schema=SEVERITY).template.system
    )


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (
            'visibleWhen="choice-selected" whenTagName="kind" whenChoiceValue="c,praise"',
            '"kind" is "complaint" or "praise"',
        ),
        ('visibleWhen="choice-selected" whenTagName="kind"', '"kind" has a label'),
        ('visibleWhen="choice-unselected" whenTagName="kind" whenChoiceValue="praise"', '"kind" is not "praise"'),
        ('visibleWhen="choice-unselected" whenTagName="kind"', '"kind" does not have a label'),
        ('visibleWhen="choice-selected" whenTagName="tags" whenChoiceValue="x"', '"tags" has "x"'),
        ('visibleWhen="choice-unselected" whenTagName="tags" whenChoiceValue="x"', '"tags" does not have "x"'),
        ('visibleWhen="choice-selected"', "another key has a label"),
        ('whenChoiceValue="x"', 'another key has "x"'),
        ('visiblewhen="choice-selected" whentagname="kind"', '"kind" has a label'),
    ],
)
def test_conditions_in_words(condition: str, words: str) -> None:
    tags = control("tags", 'choice="multiple"', ("x", "y"))
    schema = read_config(config(KIND, tags, control("more", condition)))
    assert f'"more": null unless {words}, else exactly one of' in request(schema=schema).template.system


@pytest.mark.parametrize(
    "condition", [IF_COMPLAINT, 'visiblewhen="choice-unselected"', 'visibleWhen="region-selected"']
)
@pytest.mark.parametrize(
    "element",
    [
        '<Rating name="more" toName="text" {}/>',
        '<Number name="more" toName="text" {}/>',
        '<DateTime name="more" toName="text" {}/>',
        '<Pairwise name="more" toName="text,other" {}/>',
        '<Labels name="more" toName="text" {}><Label value="x"/></Labels>',
        '<HyperTextLabels name="more" toName="page" {}><Label value="x"/></HyperTextLabels>',
        '<ParagraphLabels name="more" toName="turns" {}><Label value="x"/></ParagraphLabels>',
        '<Collapse {}><Panel value="p">' + control("more") + "</Panel></Collapse>",
    ],
)
def test_a_tag_that_label_studio_always_shows_has_no_condition_of_its_own(element: str, condition: str) -> None:
    others = '<Text name="other" value="$o"/><HyperText name="page" value="$h"/><Paragraphs name="turns" value="$p"/>'
    always, told = (read_config(config(others, KIND, element.format(words))) for words in ("", condition))
    assert told.by_name["more"].conditions == ()
    assert told.json_schema() == always.json_schema()
    around = read_config(config(others, KIND, f"<View {IF_COMPLAINT}>{element.format(condition)}</View>"))
    assert len(around.by_name["more"].conditions) == 1, "those of the views around it count"


def test_conditions_of_views_add_up() -> None:
    inner = control("inner", 'visibleWhen="choice-selected" whenTagName="b" whenChoiceValue="low"')
    unless = 'visibleWhen="choice-unselected" whenTagName="a" whenChoiceValue="high"'
    around = f"<View {IF_COMPLAINT}><View {unless}>{inner}</View></View>"
    schema = read_config(config(KIND, control("a"), control("b"), around))
    shown = {"kind": "complaint", "a": "low", "b": "low", "inner": "low"}
    assert said(schema, **shown)["inner"] == Labels(("low",))
    for change in ({"kind": "praise"}, {"a": "high"}, {"b": "high"}):
        assert said(schema, **(shown | change))["inner"] is None
    assert '"kind" is "complaint" and "a" is not "high" and "b" is "low"' in request(schema=schema).template.system


def test_what_hides_a_control_hides_those_that_depend_on_it() -> None:
    chain = [control("c2", 'visibleWhen="choice-selected" whenTagName="severity" whenChoiceValue="high"')]
    chain += [control("c3", 'visibleWhen="choice-unselected" whenTagName="c2"')]
    schema = read_config(config(KIND, control("severity", IF_COMPLAINT), *chain))
    answer = said(schema, kind="praise", severity="high", c2="low", c3="high")
    assert answer == {"kind": Labels(("praise",)), "severity": None, "c2": None, "c3": Labels(("high",))}


def test_a_condition_may_look_at_a_control_below() -> None:
    schema = read_config(config(control("severity", IF_COMPLAINT), KIND))
    assert said(schema, severity="high", kind="praise") == {"severity": None, "kind": Labels(("praise",))}
    assert list(said(schema, severity="high", kind="complaint")) == ["severity", "kind"]
    system = request(schema=schema).template.system
    assert system.index('"kind"') < system.index('"severity"')
    assert list(schema.json_schema()["properties"]) == ["kind", "severity"]


def test_any_other_control_does_not_mean_itself() -> None:
    tags = control("tags", 'choice="multiple"')
    schema = read_config(config(control("more", 'visibleWhen="choice-selected"'), tags))
    assert said(schema, tags=[], more="low") == {"more": None, "tags": None}
    assert said(schema, tags=["low"], more="low") == {"more": Labels(("low",)), "tags": Labels(("low",))}


def test_a_condition_without_a_tag_looks_at_no_value() -> None:
    """As the screen: a rating that a person gave under "praise" is on it."""
    for word, shown in (("choice-selected", True), ("choice-unselected", False)):
        rating = f'<View visibleWhen="{word}" whenChoiceValue="complaint"><Rating name="stars" toName="text"/></View>'
        schema = read_config(config(KIND, rating))
        stars = {"from_name": "stars", "to_name": "text", "type": "rating", "value": {"rating": 3}}
        for held in ("praise", "c"):
            assert (from_result([region("kind", held), stars], schema)["stars"] is not None) is shown
        assert (said(schema, kind="praise", stars=3)["stars"] is not None) is shown
        assert "complaint" not in schema._when(schema.by_name["stars"])


TREE = '<Taxonomy name="tree" toName="text"><Choice value="x"/></Taxonomy>'


def test_a_condition_without_a_tag_looks_at_choices_alone() -> None:
    more = control("more", 'visibleWhen="choice-selected"')
    schema = read_config(config(KIND.replace('required="true"', 'choice="multiple"'), TREE, more))
    assert said(schema, kind=[], tree=["x"], more="low")["more"] is None
    assert said(schema, kind=["praise"], tree=[], more="low")["more"] == Labels(("low",))
    with_tree_alone = read_config(config(TREE, f'<View visibleWhen="choice-selected">{RATING}</View>'))
    assert [field.name for field in with_tree_alone.fields] == ["tree"]
    assert "shown only when another <Choices> has a choice" in with_tree_alone.unsupported[0]
    of_the_tree = f'<View visibleWhen="choice-selected" whenTagName="tree">{RATING}</View>'
    assert said(read_config(config(TREE, of_the_tree)), tree=["x"], stars=3)["stars"] == Number(3)


RATING = '<Rating name="stars" toName="text"/>'


@pytest.mark.parametrize(("value", "shown"), [("c", True), ("complaint", False), ("praise", False)])
def test_a_value_alone_is_compared_with_what_is_stored(value: str, shown: bool) -> None:
    schema = read_config(config(KIND, f'<View whenChoiceValue="{value}">{RATING}</View>'))
    if value == "complaint":
        assert [field.name for field in schema.fields] == ["kind"]
        assert 'shown only when another <Choices> stores "complaint"' in schema.unsupported[0]
    else:
        assert (said(schema, kind="complaint", stars=3)["stars"] is not None) is shown


def test_a_value_alone_is_found_in_free_texts_and_not_in_paths() -> None:
    view = f'<View whenChoiceValue="x">{RATING}</View>'
    text = '<TextArea name="why" toName="text" maxSubmissions="1"/>'
    schema = read_config(config(text, view))
    assert said(schema, why="x", stars=3)["stars"] is not None
    assert said(schema, why="x y", stars=3)["stars"] is None
    nested = '<Choices name="deep" toName="text" allowNested="true"><Choice value="x"/></Choices>'
    for paths in (TREE, nested):
        assert len(read_config(config(paths, view)).fields) == 1


def test_choices_of_items_are_choices() -> None:
    each = '<Repeater on="$items"><Choices name="c_{{idx}}" toName="text"><Choice value="x"/></Choices></Repeater>'
    schema = read_config(config(each, f'<View visibleWhen="choice-selected">{RATING}</View>'))
    bound: Any = schema.for_task({"items": ["one"]})
    assert said(bound, c=[{"item": 0, "c": "x"}], stars=3)["stars"] == Number(3)


def test_of_a_circle_one_is_kept() -> None:
    a = control("a", 'visibleWhen="choice-unselected" whenTagName="b"')
    b = control("b", 'visibleWhen="choice-unselected" whenTagName="a"')
    assert said(read_config(config(a, b)), a="low", b="high") == {"a": None, "b": Labels(("high",))}


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        ('visibleWhen="region-selected" whenTagName="ner"', "a region is selected"),
        ('visibleWhen="choice-selected" whenTagName="stars"', '"stars" has a choice'),
        ('visibleWhen="choice-selected" whenTagName="nowhere"', '"nowhere" has a choice'),
        ('visibleWhen="choice-selected" whenTagName="kind" whenChoiceValue="complaint "', '"kind" has "complaint "'),
        ('visibleWhen="choice-selected" whenTagName="other"', '"other" has a choice'),
    ],
)
def test_a_control_that_no_answer_brings_onto_the_screen_is_named_and_left_alone(condition: str, why: str) -> None:
    stars = '<Brush name="stars" toName="text"/>'
    schema = read_config(config(KIND, stars, control("other", condition)))
    assert [field.name for field in schema.fields] == ["kind"]
    (named,) = [one for one in schema.unsupported if "other" in one]
    assert "shown only w" in named
    assert why in named


def test_so_are_those_that_depend_on_it() -> None:
    one = control("one", 'visibleWhen="region-selected"')
    two = control("two", 'visibleWhen="choice-selected" whenTagName="one"')
    schema = read_config(config(KIND, two, one))
    assert [field.name for field in schema.fields] == ["kind"]
    assert len(schema.unsupported) == 2
    with pytest.raises(LabelConfigError, match="a region is selected"):
        read_config(config(one))


@pytest.mark.parametrize("condition", ["choice-unselected", "no-region-selected", "some-new-word"])
def test_a_control_that_is_hidden_by_one_that_prompts_do_not_fill_is_asked_about(condition: str) -> None:
    more = control("more", f'visibleWhen="{condition}" whenTagName="tree"')
    schema = read_config(config(KIND, '<Brush name="tree" toName="text"/>', more))
    assert said(schema, kind="praise", more="low")["more"] == Labels(("low",))


def test_but_not_in_a_truth_where_a_person_filled_it() -> None:
    more = control("more", 'visibleWhen="choice-unselected" whenTagName="tree" whenChoiceValue="leaf"')
    schema = read_config(config(KIND, '<Brush name="tree" toName="text"/>', more))
    stale = [region("kind", "c"), region("more", "low")]
    assert from_result(stale, schema)["more"] == Labels(("low",))
    tree = {"from_name": "tree", "to_name": "text", "type": "taxonomy", "value": {"taxonomy": [["root", "leaf"]]}}
    assert from_result([*stale, tree], schema)["more"] is None


def annotation(*regions: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"ground_truth": True, "result": list(regions)}]


def test_stale_values_of_hidden_controls_are_no_part_of_a_truth() -> None:
    truth = truth_of(1, annotation(region("kind", "praise"), region("severity", "high")), "ground-truth", SEVERITY)
    assert truth == Truth(1, {"kind": Labels(("praise",)), "severity": None})


def test_hidden_in_truth_and_answer_is_right_and_no_label() -> None:
    truth = Truth(1, {"kind": Labels(("praise",)), "severity": None})
    answer = said(SEVERITY, kind="praise", severity="high")
    found = score([Outcome(1, answer)], [truth], SEVERITY)
    assert (found.correct, found.outputs) == (1, 1)
    assert list(found.per_label) == ["kind: praise"]


def test_a_truth_without_a_required_value_on_its_screen_says_nothing() -> None:
    required = read_config(config(KIND, control("severity", IF_COMPLAINT + ' required="true"')))
    assert truth_of(1, annotation(region("kind", "c")), "any", required) is None
    assert truth_of(1, annotation(region("kind", "praise")), "any", required) is not None
    assert truth_of(1, annotation(region("kind", "c")), "any", SEVERITY) is not None


def test_the_confidence_is_of_what_is_on_the_screen() -> None:
    told = tokens(('{"kind": "', 1), ("praise", 0.5), ('", "severity": "', 1), ("high", 0.1), ('"}', 1))
    outcome = resolve(1, [[told]], SEVERITY, lambda *_: lambda *_: None)
    assert outcome is not None
    assert outcome.confidence == pytest.approx(0.5)
    assert outcome.controls == pytest.approx({"kind": 0.5})
    missing = tokens(('{"kind": "', 1), ("praise", 0.5), ('"}', 1))
    outcome = resolve(1, [[missing]], SEVERITY, lambda *_: lambda *_: None)
    assert outcome is not None
    assert outcome.confidence == pytest.approx(0.5)


def test_choices_that_a_task_brings_are_meant_by_name_and_alias() -> None:
    pick = '<Choices name="pick" toName="text" value="$options"/>'
    more = control("more", 'visibleWhen="choice-selected" whenTagName="pick" whenChoiceValue="Red"')
    schema = read_config(config(pick, more)).for_task({"options": [{"value": "Red", "alias": "r"}, "Blue"]})
    assert said(schema, pick="red", more="low") == {"pick": Labels(("r",)), "more": Labels(("low",))}
    assert said(schema, pick="blue", more="low") == {"pick": Labels(("Blue",)), "more": None}


def test_required_labels_are_asked_for_and_must_come() -> None:
    schema = read_config(config(control("tags", 'choice="multiple" required="true"')))
    assert '"tags": a list with at least one of these\n' in request(schema=schema).template.system
    assert reason(said(schema, tags=[])) == "missing_field"
    assert said(schema, tags=["low"]) == {"tags": Labels(("low",))}
    assert truth_of(1, annotation(), "any", schema) is None
    one = read_config(config(control("one", 'required="true"')))
    assert reason(said(one, one=[])) == "missing_field"


def test_a_version_saved_before_rules_were_known_goes_on_but_not_when_they_change() -> None:
    plain = config(KIND, control("severity", 'visibleWhen="choice-selected"'))
    one, other = (
        read_config(plain.replace('-selected"', f'-selected" whenTagName="kind" whenChoiceValue="{v}"'))
        for v in ("c", "praise")
    )
    assert one.digest != other.digest
    assert not one.fits(other.digest)
    assert one.fits(one.digest)


def test_a_chain_as_long_as_a_config_is_read_in_no_time() -> None:
    chain = [control(f"c{n}", f'visibleWhen="choice-selected" whenTagName="c{n + 1}"') for n in range(4000)]
    xml = config(*chain, control("c4000"))
    before = time.process_time()
    schema = read_config(xml)
    assert len(schema.fields) == 4001
    answer = said(schema, **{f"c{n}": "low" for n in range(4001)})
    assert answer["c0"] == Labels(("low",))
    assert time.process_time() - before < 5


def test_more_conditions_than_anybody_follows_are_named() -> None:
    deep = f"<View {IF_COMPLAINT}>" * 5000 + control("deep") + "</View>" * 5000
    schema = read_config(config(KIND, deep))
    assert "shown under more than 50 conditions" in schema.unsupported[0]


@pytest.mark.parametrize("tag", sorted({kind.split()[0] for kind in KINDS}))
def test_it_is_known_of_each_tag_whether_its_own_condition_can_hide_it(tag: str) -> None:
    """A new tag is a line in _WITH_MIXIN or in ALWAYS_SHOWN, as Label Studio's class of it says."""
    assert can_be_hidden(Element(tag)) == (tag not in ALWAYS_SHOWN)
