"""<Pairwise>: what is asked for, what is accepted and how it is stored."""

from typing import Any

import pytest

from backend.domain.answer import Labels, Texts
from backend.domain.dataset.ground_truth import truth_of
from backend.domain.labels.config import read_config
from backend.domain.labels.schema import LabelSchema
from backend.domain.metrics.evaluation import evaluation
from backend.domain.outcome import Outcome, Rejection, Truth
from backend.domain.prompts.default_prompt import first_prompt

TEXTS = '<Text name="a" value="$one"/><Text name="b" value="The other: $two"/>'
KIND = '<Choices name="kind" toName="a"><Choice value="pair"/><Choice value="none"/></Choices>'
CONDITION = 'visibleWhen="choice-selected" whenTagName="kind" whenChoiceValue="pair"'


def schema(attributes: str = 'toName="a,b"', more: str = "", around: str = "") -> LabelSchema:
    return read_config(f'<View>{TEXTS}{more}<View {around}><Pairwise name="better" {attributes}/></View></View>')


def control(attributes: str = 'toName="a,b"') -> Any:
    return schema(attributes).by_name["better"]


def region(selected: Any, to_name: str = "better") -> dict[str, Any]:
    return {"from_name": "better", "to_name": to_name, "type": "pairwise", "value": {"selected": selected}}


def test_what_is_asked_for() -> None:
    assert control().json_schema() == {"type": "string", "enum": ["left", "right"]}
    lines = ['"better": exactly one of', '- left: "one" is better', '- right: "b" is better']
    assert control().describe({}).splitlines() == lines, "the variable, or the name where it is no variable alone"
    assert control().describe({"left": "Shorter."}).splitlines()[1] == "- left: Shorter."
    assert "Choose the better one of the two (better)." in first_prompt(schema()).template


@pytest.mark.parametrize("said", ["left", " Right "])
def test_a_side_is_kept(said: str) -> None:
    assert control().parse(said) == Labels((said.strip().lower(),))


@pytest.mark.parametrize("said", ["tie", "none", "", None, True, 1, ["left"], ["left", "right"], {"selected": "left"}])
def test_nothing_else_is_a_side(said: Any) -> None:
    found = control().parse(said)
    assert isinstance(found, Rejection)
    assert found.reason == "unknown_choice"


@pytest.mark.parametrize("to_name", ["better", "a", "b", "gone"])
def test_a_ground_truth_is_read_whatever_input_it_names(to_name: str) -> None:
    assert control().from_regions([region("right", to_name)]) == Labels(("right",))


@pytest.mark.parametrize("selected", ["tie", "none", None, 1, [], ["left"]])
def test_what_the_screen_does_not_show_is_no_side(selected: Any) -> None:
    assert control().from_regions([region(selected)]) is None
    assert control().from_regions([{"from_name": "better", "value": selected}]) is None


def test_predictions_name_the_first_input() -> None:
    assert control('toName=" b , a "').to_regions(Labels(("left",))) == [region("left", "b")]


@pytest.mark.parametrize("to_name", ["a", "a,a", "a,b,c", "", "a,"])
def test_it_takes_two_inputs(to_name: str) -> None:
    found = schema(f'toName="{to_name}"', KIND)
    assert found.names == ("kind",)
    assert "two inputs" in "".join(found.unsupported) or not to_name


def test_an_annotation_without_a_side_says_nothing() -> None:
    assert truth_of(1, [{"ground_truth": True, "result": []}], "ground-truth", schema()) is None


def test_a_hidden_one_has_no_side() -> None:
    hiding = schema(more=KIND, around=CONDITION)
    assert hiding.by_name["better"].json_schema() == {"type": ["string", "null"], "enum": ["left", "right", None]}
    assert 'null unless "kind" is "pair", else exactly one of' in hiding.describe({}, "")
    assert hiding.parse({"kind": "none", "better": "left"}) == {"kind": Labels(("none",)), "better": None}


def test_no_other_control_is_shown_for_a_side() -> None:
    when = 'visibleWhen="choice-selected" whenTagName="better" whenChoiceValue="left"'
    both = schema(more=f'<TextArea name="why" toName="a" {when}/>')
    assert both.names == ("better",)
    assert "shown only when" in both.unsupported[0]


def test_an_evaluation_tells_how_often_it_is_left() -> None:
    sides = [("left", "left"), ("left", "right"), ("left", "right")]
    outcomes = [Outcome(n, {"better": Labels((said,))}) for n, (said, _) in enumerate(sides)]
    truths = [Truth(n, {"better": Labels((right,))}) for n, (_, right) in enumerate(sides)]
    found = evaluation(outcomes, truths, schema())
    assert found.measures["better"]["left_answers"].value == 1
    assert found.score.confusion["better"] == {"left": {"left": 1}, "right": {"left": 2}}


def test_the_digest_follows_what_may_be_answered() -> None:
    others = (schema('toName="b,a"', KIND), schema(more=KIND, around=CONDITION))
    assert len({schema(more=KIND).digest, *(other.digest for other in others)}) == 3
    assert schema('toName="a,b" required="true" selectionStyle="color: red"').digest == schema().digest


def test_a_version_of_before_goes_on_without_it() -> None:
    before, now = read_config(f"<View>{TEXTS}{KIND}</View>"), schema('toName="a,b"', KIND)
    for former in before.digests:
        assert now.as_of(former).names == ("kind",)
        assert now.as_of(former).json_schema() == before.json_schema()


def test_values_of_another_kind_are_none() -> None:
    assert control().renamed(Texts(("left",)), {}) is None
    assert control().show(None) == "(none)"
