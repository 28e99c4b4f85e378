"""The comparison behind a push: what is missing, what is replaced, and that doing it once is enough."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.answer import Labels
from backend.domain.calibration.calibrators import Calibrators, Isotonic
from backend.domain.labels.config import read_config
from backend.domain.labels.regions import answer_print, fingerprint
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Failure, Outcome, Rejection
from backend.domain.predictions.diff import PredictionDiff, WantedPrediction, compare, takes, wanted_of
from backend.domain.predictions.index import IndexedPrediction
from tests.scripted import CONFIG, sure_of, version

SCHEMA = read_config(CONFIG)
TAG, OLDER, MARKED = "mood@2", "mood@1", "mood@2~ab12"


def region(label: str, **more: Any) -> dict[str, Any]:
    return {"from_name": "mood", "to_name": "text", "type": "choices", "value": {"choices": [label]}, **more}


def item(task: int, label: str = "Good", score: float | None = 0.5) -> dict[str, Any]:
    return {"task": task, "model_version": TAG, "score": score, "result": [region(label)]}


def there(
    number: int, task: int, version: str = TAG, label: str = "Good", score: float | None = 0.5
) -> IndexedPrediction:
    """As Label Studio has it: regions got ids."""
    result = [region(label, id=f"r{number}", origin="prediction")]
    return IndexedPrediction(number, task, version, fingerprint(score, result), answer_print(result))


def wanted(*items: dict[str, Any], given_up: Sequence[int] = (), former: tuple[str, ...] = ()) -> WantedPrediction:
    return WantedPrediction((TAG, *former), {one["task"]: one for one in items}, frozenset(given_up))


def after(predictions: Sequence[IndexedPrediction], changes: PredictionDiff) -> list[IndexedPrediction]:
    """What Label Studio has once the changes are made."""
    gone = {prediction.id for prediction in changes.obsolete} | {number for number, _ in changes.rescored}
    kept = [prediction for prediction in predictions if prediction.id not in gone]
    made = [*changes.rescored, *((1000 + place, one) for place, one in enumerate(changes.missing))]
    return kept + [
        IndexedPrediction(
            number, one["task"], TAG, fingerprint(one["score"], one["result"]), answer_print(one["result"])
        )
        for number, one in made
    ]


def test_what_is_there_already_is_left() -> None:
    assert compare([there(1, 7)], wanted(item(7)), keep=False) == PredictionDiff([], [], 1)


def test_what_is_missing_is_made() -> None:
    assert compare([], wanted(item(7), item(8)), keep=False) == PredictionDiff([item(7), item(8)], [], 0)


def test_what_others_pushed_neither_counts_nor_goes() -> None:
    others = [replace(there(1, 7), ours=False), replace(there(2, 7, OLDER), ours=False), there(3, 7, OLDER)]
    found = compare(others, wanted(item(7)), keep=False)
    assert (found.missing, found.obsolete, found.unchanged) == ([item(7)], others[2:], 0)
    assert found.others == others[:2]
    assert compare(others, wanted(item(7)), keep=True).others == others[:1]
    assert compare(others, wanted(item(8)), keep=False).others == []


def test_an_older_version_gives_way_on_these_tasks_only() -> None:
    old = [there(1, 7, OLDER), there(2, 8, OLDER), there(3, 7, MARKED)]
    assert compare(old, wanted(item(7)), keep=False) == PredictionDiff([item(7)], [old[0], old[2]], 0)
    assert compare(old, wanted(item(7)), keep=True) == PredictionDiff([item(7)], [], 0)


def test_what_says_something_else_is_replaced_even_when_others_are_kept() -> None:
    other = there(1, 7, label="Bad")
    for keep in (False, True):
        assert compare([other], wanted(item(7)), keep) == PredictionDiff([item(7)], [other], 0)


def test_other_scores_of_the_same_answer_are_changed_in_place() -> None:
    for other in (there(1, 7, score=0.4), there(1, 7, score=None)):
        assert compare([other], wanted(item(7)), keep=False) == PredictionDiff([], [], 0, [(1, item(7))])
    surer = {**item(7), "result": [region("Good", score=0.9)]}
    assert compare([there(1, 7)], wanted(surer), keep=False) == PredictionDiff([], [], 0, [(1, surer)])


def test_of_two_alike_one_stays() -> None:
    twice = [there(1, 7), there(2, 7)]
    assert compare(twice, wanted(item(7)), keep=False) == PredictionDiff([], [twice[1]], 1)


def test_an_answer_that_cannot_be_used_takes_this_versions_prediction_with_it() -> None:
    mine, older = there(1, 7), there(2, 7, OLDER)
    assert compare([mine, older], wanted(given_up=[7]), keep=False) == PredictionDiff([], [mine], 0)


def test_what_bears_a_former_name_is_brought_under_the_new_one_even_when_others_are_kept() -> None:
    same, older = there(1, 7, "spirits@2"), there(2, 7, "spirits@1")
    aim = wanted(item(7), former=("spirits@2",))
    assert compare([same, older], aim, keep=True) == PredictionDiff([item(7)], [same], 0)
    assert compare([same, older], aim, keep=False) == PredictionDiff([item(7)], [same, older], 0)
    assert compare([same, older], wanted(given_up=[7], former=("spirits@2",)), keep=False).obsolete == [same]


def test_tasks_outside_the_baseline_are_not_touched() -> None:
    outside = [there(1, 7), there(2, 8, OLDER)]
    assert compare(outside, wanted(item(9)), keep=False) == PredictionDiff([item(9)], [], 0)


def test_scores_are_compared_as_they_are_stored() -> None:
    assert compare([there(1, 7, score=0.1234564999)], wanted(item(7, score=0.123456)), keep=False).unchanged == 1


def test_outcomes_become_what_is_wanted() -> None:
    outcomes = [
        Outcome(1, {"mood": Labels(("Good",))}, confidences=sure_of(0.12345678)),
        Outcome(2, {"mood": Labels(("Bad",))}),
        Outcome(3, Rejection("refused", ".")),
        Outcome(4, Failure("timeout", ".")),
    ]
    found = wanted_of(outcomes, SCHEMA, version(number=2, former=("spirits",)))
    items = {1: item(1, "Good", 0.123457), 2: item(2, "Bad", None)}
    assert found == WantedPrediction((TAG, "spirits@2"), items, frozenset({3}))


predictions = st.lists(
    st.builds(
        there,
        st.just(0),
        st.integers(1, 4),
        st.sampled_from([TAG, OLDER, MARKED]),
        st.sampled_from(["Good", "Bad"]),
        st.sampled_from([0.5, None]),
    ),
    max_size=12,
).map(lambda found: [replace(prediction, id=number) for number, prediction in enumerate(found)])
wishes = st.dictionaries(st.integers(1, 5), st.sampled_from(["Good", "Bad", "give up"]), max_size=5)


@given(predictions, wishes, st.booleans())
def test_done_once_it_is_as_wanted_and_there_is_nothing_left_to_do(
    found: list[IndexedPrediction], wish: dict[int, str], keep: bool
) -> None:
    given_up = [task for task, label in wish.items() if label == "give up"]
    aim = wanted(*[item(task, label) for task, label in wish.items() if task not in given_up], given_up=given_up)
    changes = compare(found, aim, keep)
    then = after(found, changes)
    mine = Counter(prediction.task_id for prediction in then if prediction.version == TAG)
    assert all(mine[task] == 1 for task in aim.items)
    assert all(mine[task] == 0 for task in given_up)
    assert compare(then, aim, keep) == PredictionDiff([], [], len(aim.items))
    untouched = [p for p in found if p.task_id not in wish or (keep and p.version != TAG)]
    assert all(prediction in then for prediction in untouched)
    if not keep:
        assert not [p for p in then if p.task_id in aim.items and p.version != TAG]


@given(predictions, wishes)
def test_interrupted_at_any_point_it_is_finished_by_the_next(
    found: list[IndexedPrediction], wish: dict[int, str]
) -> None:
    aim = wanted(*[item(task, label) for task, label in wish.items() if label != "give up"])
    changes = compare(found, aim, keep=False)
    done = after(found, changes)
    for steps in range(len(changes.missing) + 1):
        half = after(found, PredictionDiff(changes.missing[:steps], [], 0))
        finished = after(half, compare(half, aim, keep=False))
        assert essence(finished) == essence(done)


def essence(found: Sequence[IndexedPrediction]) -> Counter[Any]:
    return Counter((p.task_id, p.version, p.says) for p in found)


def test_scores_are_calibrated_and_those_of_several_controls_stand_in_their_regions() -> None:
    two = read_config(CONFIG.replace("</View>", '<Choices name="c" toName="text"><Choice value="x"/></Choices></View>'))
    sure = Outcome(
        1, {"mood": Labels(("Good",)), "c": Labels(("x",))}, confidences=sure_of(0.5, {"mood": 0.25, "c": 0.75})
    )
    put = Calibrators(Isotonic(((0.5, 0.125),)), {"c": Isotonic(((0.5, 0.0625),))})
    (made,) = wanted_of([sure], two, version(), put).items.values()
    assert (made["score"], [region["score"] for region in made["result"]]) == (0.125, [0.25, 0.0625])
    (made,) = wanted_of(
        [Outcome(1, {"mood": Labels(("Good",))}, confidences=sure_of(0.5))], SCHEMA, version(), put
    ).items.values()
    assert "score" not in made["result"][0]


REPEATED = """<View><Text name="t" value="$text"/><Rating name="stars" toName="t"/><Repeater on="$items">
<Text name="t_{{idx}}" value="$items[{{idx}}]"/><Rating name="c_{{idx}}" toName="t_{{idx}}"/></Repeater></View>"""


BROUGHT = """<View><Text name="t" value="$text"/><Labels name="c" toName="t" value="$labels">{}</Labels></View>"""
CHOICES = """<View><Text name="t" value="$text"/><Choices name="c" toName="t" value="$labels">{}</Choices></View>"""
TREE = """<View><Text name="t" value="$text"/><Taxonomy name="c" toName="t" value="$labels">{}</Taxonomy></View>"""
PICTURES = """<View><Image name="i" valueList="$images"/>
<Choices name="c" toName="i" perItem="true" value="$labels">{}</Choices></View>"""


def region_of(kind: str, value: Any) -> dict[str, Any]:
    return {"from_name": "c", "to_name": "t", "type": kind, "value": {kind: value}}


@pytest.mark.parametrize(
    ("result", "taken"),
    [
        ([], True),
        ([region_of("choices", ["a", "b"])], True),
        ([region_of("taxonomy", [["a", "b"]])], True),
        ([region_of("choices", [["a"]])], False),
        ([region_of("rating", 3), region_of("choices", [["a", "b"], ["c"]])], False),
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
        return takes([region_of(kind, [*labels])], schema.for_task(task) if bound else schema)

    own = f'<{tag} value="Own" alias="o"/>'
    assert not taken(own, "brought")
    assert not taken(own, "o", "brought")
    assert taken(own, "o")
    assert taken("", "brought")


@pytest.mark.parametrize(("path", "taken"), [(["Own", "a"], True), (["brought"], False), (["Own", "brought"], False)])
def test_paths_that_the_task_brings_are_dropped_where_the_config_lists_others(path: list[str], taken: bool) -> None:
    schema: Any = read_config(TREE.format('<Choice value="Own"><Choice value="A" alias="a"/></Choice>'))
    bound = schema.for_task({"text": "x", "labels": ["brought"]})
    assert takes([region_of("taxonomy", [path])], schema) is taken
    assert takes([region_of("taxonomy", [path])], bound) is taken


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
    assert takes([region_of("rating", 6)], read_config(config)) is taken
