"""<Rating>: what is asked for, what is accepted and how it is stored and scored."""

from typing import Any

import pytest

from backend.domain.answer import Answer, Labels, Number, Texts
from backend.domain.dataset.ground_truth import gone_labels, truth_of
from backend.domain.labels.config import read_config
from backend.domain.labels.regions import from_result, to_result
from backend.domain.labels.schema import LabelSchema
from backend.domain.metrics.evaluation import evaluation
from backend.domain.outcome import Outcome, Rejection, Truth
from backend.domain.prompts.default_prompt import first_prompt
from backend.domain.prompts.definitions import defined

HEAD = '<View><Text name="t" value="$text"/><Choices name="mood" toName="t"><Choice value="Good"/></Choices>'
OLD = read_config(f'{HEAD}<TextArea name="why" toName="t"/></View>')
REQUIRED = 'maxRating="7" required="true"'


def schema(attributes: str = "") -> LabelSchema:
    return read_config(f'{HEAD}<Rating name="stars" toName="t" {attributes}/></View>')


def control(attributes: str = "") -> Any:
    return schema(attributes).by_name["stars"]


def region(rating: Any) -> dict[str, Any]:
    return {"from_name": "stars", "to_name": "t", "type": "rating", "value": {"rating": rating}}


def test_what_is_asked_for() -> None:
    assert control(REQUIRED).json_schema() == {"type": "integer", "enum": [1, 2, 3, 4, 5, 6, 7]}
    assert control().json_schema() == {"type": ["integer", "null"], "enum": [1, 2, 3, 4, 5, None]}
    assert control('maxRating="21" required="true"').json_schema() == {"type": "integer"}, "too many to list"
    assert control(REQUIRED).describe({}) == '"stars": a whole number from 1 (lowest) to 7 (highest)'
    assert (
        control().describe({})
        == '"stars": null if it cannot be rated, else a whole number from 1 (lowest) to 5 (highest)'
    )
    assert "Rate this item (stars)." in first_prompt(schema()).template


@pytest.mark.parametrize(("said", "kept"), [(1, 1), (7, 7), (4.0, 4), (None, None)])
def test_a_whole_number_of_stars_is_kept(said: Any, kept: Any) -> None:
    found = control('maxRating="7"').parse(said)
    assert found == (None if kept is None else Number(kept))
    assert kept is None or type(control().to_json(found)) is int, "Label Studio cannot show another type"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("4", "wrong_type"),
        ("four", "wrong_type"),
        (4.5, "wrong_type"),
        (True, "wrong_type"),
        ([4], "wrong_type"),
        ({"stars": 4}, "wrong_type"),
        (float("nan"), "wrong_type"),
        (float("inf"), "wrong_type"),
        (0, "out_of_range"),
        (-1, "out_of_range"),
        (8, "out_of_range"),
        (1e6, "out_of_range"),
        (1e300, "wrong_type"),
        (10**500, "wrong_type"),
    ],
)
def test_nothing_else_is_rounded_or_clamped(said: Any, reason: Any) -> None:
    found = control('maxRating="7"').parse(said)
    assert isinstance(found, Rejection)
    assert found.reason == reason
    assert len(found.detail) < 120


def test_a_required_rating_must_be_there() -> None:
    found = schema(REQUIRED).parse({"mood": "Good", "stars": None})
    assert found == Rejection("missing_field", "'stars' takes at least one rating, the answer has none.")


def test_an_answer_goes_to_label_studio_and_back() -> None:
    answer = schema().parse({"mood": "Good", "stars": 4})
    assert answer == {"mood": Labels(("Good",)), "stars": Number(4)}
    result = to_result(answer, schema())
    assert result[1] == region(4)
    assert from_result(result, schema()) == answer
    assert schema().show(answer) == "mood: Good; stars: 4"


@pytest.mark.parametrize(("stored", "read"), [(5, 5), (4.0, 4), (4.5, None), (0, None), ("4", None), (True, None)])
def test_a_ground_truth_is_read_as_the_screen_shows_it(stored: Any, read: Any) -> None:
    found = control().from_regions([region(stored)])
    assert found == (None if read is None else Number(read))


def test_a_region_without_a_rating_is_no_rating() -> None:
    assert control().from_regions([{"from_name": "stars", "value": None}, {"from_name": "stars", "value": {}}]) is None


def test_a_hidden_rating_is_no_part_of_a_ground_truth() -> None:
    """Label Studio keeps what a hidden one holds."""
    condition = 'visibleWhen="choice-selected" whenTagName="mood" whenChoiceValue="Good"'
    head = HEAD.replace("</Choices>", '<Choice value="Bad"/></Choices>')
    hiding = read_config(f'{head}<View {condition}><Rating name="stars" toName="t"/></View></View>')
    bad = {"from_name": "mood", "to_name": "t", "type": "choices", "value": {"choices": ["Bad"]}}
    truth = truth_of(1, [{"ground_truth": True, "result": [bad, region(2)]}], "ground-truth", hiding)
    assert truth is not None
    assert truth.answer == {"mood": Labels(("Bad",)), "stars": None}
    assert hiding.parse({"mood": "Bad", "stars": 3}) == truth.answer
    assert 'null unless "mood" is "Good", else a whole number' in hiding.describe({}, "")


def test_an_annotation_without_a_required_rating_says_nothing() -> None:
    good = {"from_name": "mood", "to_name": "t", "type": "choices", "value": {"choices": ["Good"]}}
    annotations = [{"ground_truth": True, "result": [good]}]
    assert truth_of(1, annotations, "ground-truth", schema(REQUIRED)) is None
    assert truth_of(1, annotations, "ground-truth", schema()) is not None


def test_stars_that_the_config_had_before_are_named() -> None:
    seven: Answer = {"mood": Labels(("Good",)), "stars": Number(7)}
    assert gone_labels(seven, schema()) == ["stars: 7"]
    assert gone_labels(seven, schema(REQUIRED)) == []


def test_the_nearer_the_better() -> None:
    stars = control()
    assert [stars.partial(Number(answer), Number(5)) for answer in (5, 4, 3, 1)] == [1, 0.75, 0.5, 0]
    assert (stars.partial(None, None), stars.partial(Number(1), None)) == (1, 0)
    assert stars.partial(Number(9), Number(1)) == 0, "of a former config"


def test_an_evaluation_measures_each_control() -> None:
    truths = [Truth(1, {"mood": Labels(("Good",)), "stars": Number(4)})]
    found = evaluation([Outcome(1, {"mood": Labels(("Good",)), "stars": Number(3)})], truths, schema())
    assert (found.measures["mood"]["accuracy"].value, found.measures["stars"]["accuracy"].value) == (1, 0)
    assert found.score.confusion["stars"] == {"4": {"3": 1}}
    assert list(found.score.per_label) == ["mood: Good", "stars: 3", "stars: 4"]


def test_ratings_are_no_labels_to_define() -> None:
    assert defined({"Good": "It is good."}, schema()) == {"mood": {"Good": "It is good."}}


def test_a_version_of_before_goes_on_without_it() -> None:
    text = f'{HEAD}<TextArea name="why" toName="t"/><Rating name="stars" toName="t"/></View>'
    now = read_config(text)
    assert now.digest not in OLD.digests
    for former in OLD.digests:
        assert now.fits(former)
        before, then = now.as_of(former), OLD.as_of(former)
        assert before.names == then.names
        assert before.json_schema() == then.json_schema()
        assert before.describe({}, "") == then.describe({}, "")
    assert now.as_of(now.digest) is now


def test_the_digest_follows_what_may_be_answered() -> None:
    digests = {schema(words).digest for words in ("", 'maxRating="7"', 'required="true"')}
    assert len(digests) == 3
    assert schema('maxRating="5"').digest == schema('icon="heart" size="large"').digest


@pytest.mark.parametrize("most", ["0", "-1", "many", "", "4.5", "101", "9" * 5000])
def test_a_rating_without_sensible_stars_is_named_and_left_alone(most: Any) -> None:
    found = schema(f'maxRating="{most}"')
    assert [field.name for field in found.fields] == ["mood"]
    assert found.unsupported == ("<Rating name='stars'> (maxRating is not a whole number from 1 to 100)",)


@pytest.mark.parametrize("attribute", ["perRegion", "perItem"])
def test_a_rating_per_region_or_item_is_named_and_left_alone(attribute: Any) -> None:
    found = schema(f'{attribute}="true"')
    assert [field.name for field in found.fields] == ["mood"]
    assert attribute in found.unsupported[0]


def test_texts_of_a_former_control_of_that_name_are_no_ratings() -> None:
    assert control().renamed(Texts(("five",)), {}) is None
    assert control().show(None) == "(none)"
