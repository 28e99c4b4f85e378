"""<RectangleLabels>, <EllipseLabels> and <KeyPointLabels>: what is asked for, what is accepted, written and read."""

from typing import Any

import pytest

from backend.domain.answer import Answer, AnswerValue
from backend.domain.answer_json import answer_json
from backend.domain.labels.config import read_config
from backend.domain.labels.controls.pictures.boxes import SHAPES
from backend.domain.labels.regions import fingerprint, from_result, to_result
from backend.domain.labels.relabel import with_renames
from backend.domain.labels.schema import LabelSchema
from backend.domain.metrics.classification import score
from backend.domain.outcome import Outcome, Rejection, Truth
from backend.domain.shapes.marked_box import Boxes, MarkedBox
from tests.unit.domain.labels.inputs.test_picture_size import png, uri

NOTE = '<Text name="note" value="$note"/>'
IMAGE = '<Image name="img" value="$image"/>'
LABELS = '<Label value="Cat" alias="CAT" hint="also small ones"/><Label value="Dog"/>'


def config(tag: str = "RectangleLabels", attributes: str = "", around: str = "") -> LabelSchema:
    control = f'<View {around}><{tag} name="box" toName="img" {attributes}>{LABELS}</{tag}></View>'
    topic = (
        '<Choices name="kind" toName="img"><Choice value="photo"/><Choice value="chart"/></Choices>' if around else ""
    )
    return read_config(f"<View>{NOTE}{IMAGE}{topic}{control}</View>")


def bound(image: str = uri(png(200, 100)), schema: LabelSchema | None = None) -> LabelSchema:
    found = (schema or config()).for_task({"note": "", "image": image})
    assert isinstance(found, LabelSchema)
    return found


def edges(*numbers: float, label: str = "Cat") -> dict[str, Any]:
    return {"label": label, **dict(zip(("x_min", "y_min", "x_max", "y_max"), numbers, strict=True))}


def cat(x: float = 10, y: float = 20, width: float = 30, height: float = 40, label: str = "CAT") -> MarkedBox:
    return MarkedBox(label, "rectangle", x, y, width, height)


def drawn(*labels: str, **beside: Any) -> dict[str, Any]:
    """A region as the screen saves it."""
    value = {"x": 10, "y": 20, "width": 30, "height": 40, "rotation": 0, "rectanglelabels": [*labels]}
    place = {"original_width": 200, "original_height": 100, "image_rotation": 0}
    region = {"id": "aB3", "from_name": "box", "to_name": "img", "type": "rectanglelabels", "origin": "manual"}
    return {**region, **place, "value": {**value, **beside}}


def test_the_model_is_told_where_and_how() -> None:
    lines = config().describe({"box": {"Dog": "no wolves"}}, "").splitlines()
    assert lines[0].startswith('"box": a list of all that there is in "image"')
    assert lines[1:] == ["- Cat: also small ones", "- Dog: no wolves"]
    hidden = 'visibleWhen="choice-selected" whenTagName="kind" whenChoiceValue="photo"'
    conditional = config(around=hidden)
    assert '"box": [] unless' in conditional.describe({}, "")
    assert conditional.parse({"kind": "chart", "box": [edges(0, 0, 5, 5)]}) == conditional.parse(
        {"kind": "chart", "box": []}
    )


def test_regions_are_those_of_the_screen_with_the_size_of_a_picture_in_the_task() -> None:
    answer = bound().parse({"box": [edges(650, 500, 900, 900, label="dog"), edges(100, 200, 400, 600)]})
    assert answer == {"box": Boxes((cat(), cat(65, 50, 25, 40, "Dog")))}
    first, second = to_result(answer, config())
    wanted = {name: said for name, said in drawn("CAT").items() if name not in ("id", "origin")}
    assert first == wanted
    assert from_result([first, second], config()) == answer
    elsewhere = bound("https://example.org/a.png").parse({"box": [edges(1, 1, 2, 2)] * 2})
    assert not isinstance(elsewhere, Rejection)
    (unknown,) = to_result(elsewhere, config())
    assert "original_width" not in unknown


@pytest.mark.parametrize(
    ("tag", "said", "value"),
    [
        ("EllipseLabels", edges(100, 200, 400, 600), {"x": 25, "y": 40, "radiusX": 15, "radiusY": 20, "rotation": 0}),
        ("KeyPointLabels", {"label": "Cat", "x": 333, "y": 20}, {"x": 33.3, "y": 2, "width": 0.5}),
    ],
)
def test_ellipses_and_points(tag: str, said: dict[str, Any], value: dict[str, Any]) -> None:
    schema = bound(schema=config(tag))
    answer = schema.parse({"box": [said]})
    assert not isinstance(answer, Rejection)
    (region,) = to_result(answer, schema)
    assert (region["type"], region["value"]) == (tag.lower(), {**value, tag.lower(): ["CAT"]})
    assert from_result([region], schema) == answer
    assert schema.fields[0].to_json(answer["box"]) == [said]
    assert [*schema.json_schema()["properties"]["box"]["items"]["properties"]] == [*said]


def test_several_labels_of_one_region() -> None:
    several = config(attributes='choice="multiple"')
    two = from_result([drawn("CAT", "Dog")], several)
    assert two == {"box": Boxes((cat(), cat(label="Dog")))}
    (region,) = to_result(two, several)
    assert region["value"]["rectanglelabels"] == ["CAT", "Dog"]
    assert [one["value"]["rectanglelabels"] for one in to_result(two, config())] == [["CAT"], ["Dog"]]


def test_a_truth_is_read_as_the_screen_rewrites_it() -> None:
    """Numbers have the digits of a browser; a picture that was turned on the screen has the same numbers."""
    answer = from_result([drawn("CAT", x=10.000000000000002, image_rotation=90) | {"image_rotation": 90}], config())
    assert answer == {"box": Boxes((cat(),))}
    assert from_result([drawn("CAT", rotation=360)], config()) == answer
    assert from_result([drawn("CAT", rotation=15)], config()) != answer


@pytest.mark.parametrize(
    "region",
    [
        drawn(),
        drawn("CAT", rectanglelabels="CAT"),
        drawn("CAT", rectanglelabels=[3, ""]),
        drawn("CAT", x="10"),
        drawn("CAT", width=0),
        {**drawn("CAT"), "value": None},
        {"from_name": "box", "to_name": "img", "type": "labels", "value": {"labels": ["CAT"]}},
    ],
)
def test_what_the_screen_does_not_show_is_not_marked(region: dict[str, Any]) -> None:
    assert from_result([region], config()) == {"box": None}


@pytest.mark.parametrize("said", [[], None])
def test_nothing_is_an_answer(said: Any) -> None:
    assert bound().parse({"box": said}) == {"box": None}
    assert to_result({"box": None}, config()) == []


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("none", "wrong_type"),
        ({"label": "Cat"}, "wrong_type"),
        ([edges(0, 0, 5, 5, label="Cow")], "unknown_choice"),
        ([edges(0, 0, 5, 5), edges(0, 0, 5, 2000)], "out_of_range"),
        ([edges(0, 0, 5, 5)] * 1001, "too_many"),
    ],
)
def test_what_can_not_be_used_is_rejected(said: Any, reason: str) -> None:
    found = bound().parse({"box": said})
    assert isinstance(found, Rejection)
    assert found.reason == reason


def answer(*boxes: MarkedBox) -> Answer:
    return {"box": Boxes(boxes)}


def test_an_answer_is_right_with_the_same_marks_and_no_other() -> None:
    (field,) = config().fields
    truth = answer(cat())["box"]
    near, far = answer(cat(12, 22))["box"], answer(cat(30, 20))["box"]
    assert field.equal(near, truth)
    assert field.equal(truth, near)
    assert not field.equal(far, truth)
    assert not field.equal(answer(cat(), cat(60, 60, 10, 10))["box"], truth)
    assert field.equal(None, None)
    assert field.partial(answer(cat(), cat(60, 60, 10, 10))["box"], truth) == 2 / 3
    assert (field.partial(None, None), field.partial(far, truth)) == (1, 0)


def test_a_turned_truth_is_compared_as_it_is_drawn() -> None:
    """Turned by 90 degrees, the box of 60 x 50 pixels in a picture of 200 x 100 is another one."""
    (field,) = config().fields
    truth = from_result([drawn("CAT", x=50, y=20, width=30, height=50, rotation=90)], config())["box"]
    upright: AnswerValue = Boxes((cat(25, 20, 25, 60),))
    assert field.equal(upright, truth)
    assert not field.equal(Boxes((cat(50, 20, 30, 50),)), truth)
    assert field.to_json(truth) == [edges(250, 200, 500, 800)]


def test_precision_and_recall_count_marks_that_are_the_same() -> None:
    schema = config()
    outcomes = [Outcome(1, answer(cat(11, 21), cat(60, 60, 10, 10, "Dog"))), Outcome(2, answer(cat(50, 20)))]
    found = score(outcomes, [Truth(1, answer(cat())), Truth(2, answer(cat()))], schema)
    cats, dogs = found.per_label["CAT"], found.per_label["Dog"]
    assert (cats.precision, cats.recall, cats.f1, cats.support) == (0.5, 0.5, 0.5, 2)
    assert (dogs.precision, dogs.recall) == (0, None)
    assert found.accuracy == 0


def test_people_and_programs_read_where_the_marks_are() -> None:
    held = answer(cat(10.12345, 20), MarkedBox("Dog", "rectangle", 60, 60, 10, 10, 45))
    (field,) = config().fields
    assert field.show(held["box"]) == "CAT at 10.12, 20 (30 x 40), Dog at 60, 60 (10 x 10)"
    assert field.cell(held["box"]) == ["CAT at 10.12, 20 (30 x 40)", "Dog at 60, 60 (10 x 10)"]
    assert field.show(Boxes((MarkedBox("eye", "point", 1, 2),))) == "eye at 1, 2"
    assert field.show(None) == "(none)"
    assert answer_json(held)["box"][1] == {
        **{"label": "Dog", "shape": "rectangle"},
        **{"x": 60, "y": 60, "width": 10, "height": 10, "rotation": 45},
    }
    assert field.classes(held["box"]) == ("CAT", "Dog")
    assert field.removed_classes(answer(cat(label="Cow"))["box"]) == ["Cow"]


def test_a_renamed_label_is_read_under_its_new_name() -> None:
    now = with_renames(config(), {"box": {"Kitten": "CAT"}})
    assert from_result([drawn("Kitten")], now) == answer(cat())
    assert from_result([drawn("Dog")], now) == answer(cat(label="Dog"))


@pytest.mark.parametrize("tag", SHAPES)
def test_a_version_of_before_goes_on_without_it(tag: str) -> None:
    rest = f'{NOTE}{IMAGE}<Choices name="c" toName="img"><Choice value="a"/></Choices>'
    old = read_config(f"<View>{rest}</View>")
    now = read_config(f'<View>{rest}<{tag} name="box" toName="img">{LABELS}</{tag}></View>')
    assert now.fits(old.digest)
    assert now.as_of(old.digest).names == ("c",)


def test_a_second_push_changes_nothing() -> None:
    """What the screen adds is not content; the place is."""
    held = answer(cat())
    ours = to_result(held, config())
    theirs = [drawn("CAT")]
    assert fingerprint(0.5, ours) == fingerprint(0.5, theirs)
    assert fingerprint(0.5, ours) != fingerprint(0.5, [drawn("CAT", x=11)])
