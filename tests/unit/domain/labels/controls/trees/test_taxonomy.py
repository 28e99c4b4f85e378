"""<Taxonomy>: what is asked for, what is accepted and how it is stored, from a config and from a task."""

from typing import Any

import pytest

from backend.domain.answer import Labels, Paths
from backend.domain.answer_json import answer_json
from backend.domain.dataset.ground_truth import gone_labels, truth_of
from backend.domain.labels.config import read_config
from backend.domain.labels.relabel import formers, shared_schema, with_current_labels, with_renames
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Failure, Rejection
from backend.domain.prompts.default_prompt import first_prompt
from backend.domain.prompts.definitions import defined

TREE = """<Choice value="Online" hint="On the web"><Choice value="UGC" alias="u"/>
  <Choice value="Paid" alias="p"><Choice value="NYT"/></Choice></Choice><Choice value="Offline"/>"""
TEXT = '<Text name="t" value="$text"/>'
KIND = '<Choices name="kind" toName="t"><Choice value="a"/><Choice value="b"/></Choices>'
ALL = ["Online", "Online / UGC", "Online / Paid", "Online / Paid / NYT", "Offline"]
BROUGHT = [{"value": "X", "children": [{"value": "Y", "alias": "y", "hint": "why"}, "Z"]}, "W"]


def schema(attributes: str = "", tree: str = TREE, more: str = "") -> LabelSchema:
    return read_config(f'<View>{TEXT}{more}<Taxonomy name="media" toName="t" {attributes}>{tree}</Taxonomy></View>')


def control(attributes: str = "", tree: str = TREE) -> Any:
    return schema(attributes, tree).by_name["media"]


def region(paths: Any) -> dict[str, Any]:
    return {"from_name": "media", "to_name": "t", "type": "taxonomy", "value": {"taxonomy": paths}}


def asked(field: Any) -> list[str]:
    listed: list[str] = field.json_schema()["items"]["enum"]
    return listed


def test_what_is_asked_for() -> None:
    assert asked(control()) == ALL
    assert asked(control('leafsOnly="true"')) == ["Online / UGC", "Online / Paid / NYT", "Offline"]
    lines = control('leafsOnly="true"').describe({"Offline": "On paper."}).splitlines()
    assert lines == [
        '"media": a list with any of these paths, empty if none fits',
        *("- Online / UGC", "- Online / Paid / NYT", "- Offline: On paper."),
    ]
    assert "- Online: On the web" in control().describe({})
    assert control('maxUsages="2"').describe({}).startswith('"media": a list with at most 2 of these paths')
    assert "a list with 1 to 2 of these" in control('maxUsages="2" required="true"').describe({})
    assert "a list with at least one of these" in control('required="true"').describe({})
    assert "Choose the paths (media) that fit this item best." in first_prompt(schema()).template
    assert defined({"offline": "On paper."}, schema()) == {"media": {"Offline": "On paper."}}


def test_paths_are_stored_level_by_level_in_the_order_of_the_answer() -> None:
    value = control().parse(["Online / Paid / NYT", " offline ", "Online / UGC", "Offline"])
    assert value == Paths((("Online", "p", "NYT"), ("Offline",), ("Online", "u")))
    assert control().to_regions(value) == [region([["Online", "p", "NYT"], ["Offline"], ["Online", "u"]])]
    assert control().to_json(value) == ["Online / Paid / NYT", "Offline", "Online / UGC"]
    assert control().show(value) == "Online / p / NYT, Offline, Online / u"
    assert answer_json({"media": value}) == {"media": [["Online", "p", "NYT"], ["Offline"], ["Online", "u"]]}
    assert value == control().parse(["Offline", "Online / UGC", "Online / Paid / NYT"]), "their order says nothing"


@pytest.mark.parametrize(
    ("attributes", "said", "reason"),
    [
        ("", ["NYT"], "unknown_choice"),
        ("", ["Online / p"], "unknown_choice"),
        ("", ["Paid / NYT / Online"], "unknown_choice"),
        ("", [["Online", "UGC"]], "wrong_type"),
        ("", [None], "wrong_type"),
        ("", 7, "wrong_type"),
        ('leafsOnly="true"', ["Online"], "unknown_choice"),
        ('maxUsages="1"', ["Online", "Offline"], "too_many"),
    ],
)
def test_nothing_is_guessed(attributes: str, said: Any, reason: str) -> None:
    found = control(attributes).parse(said)
    assert isinstance(found, Rejection)
    assert found.reason == reason


def test_nothing_is_an_empty_list_unless_it_is_required() -> None:
    assert control().parse([]) is control().parse(None) is None
    assert control('maxUsages="1"').parse(["Offline", "offline"]) == Paths((("Offline",),)), "the same twice is one"
    found = schema('required="true"').parse({"media": []})
    assert found == Rejection("missing_field", "'media' takes at least one path, the answer has none.")
    assert truth_of(1, [{"ground_truth": True, "result": []}], "ground-truth", schema('required="true"')) is None


@pytest.mark.parametrize("stored", [None, [], ["Online"], "Online", [[]], [[1]], {"Online": 1}, [[["Online"]]]])
def test_what_is_not_a_list_of_paths_is_none(stored: Any) -> None:
    assert control().from_regions([region(stored)]) is None
    assert control().from_regions([{"from_name": "media", "value": stored}]) is None


def test_paths_that_the_config_does_not_have_are_named() -> None:
    value = control().from_regions([region([["Online", "gone"], ["Offline"]])])
    assert gone_labels({"media": value}, schema()) == ["Online / gone"]
    inner = control('leafsOnly="true"').from_regions([region([["Online"]])])
    assert gone_labels({"media": inner}, schema('leafsOnly="true"')) == ["Online"]


def test_siblings_of_one_name_are_one_and_names_with_slashes_stay_apart() -> None:
    twice = '<Choice value="A"><Choice value="B"/></Choice><Choice value="A"/><Choice value="A / B"/>'
    field = control(tree=twice)
    assert asked(field) == ["A", '["A", "B"]', '["A / B"]']
    for said, stored in (('["A", "B"]', ["A", "B"]), ('["A / B"]', ["A / B"])):
        assert field.to_regions(field.parse([said])) == [region([stored])]


def test_a_task_can_bring_the_tree() -> None:
    field = control('value="$tree"', "")
    assert field.dynamic
    brought = field.for_task({"tree": BROUGHT})
    assert not brought.dynamic
    assert asked(brought) == ["X", "X / Y", "X / Z", "W"]
    assert brought.listing({}) == 'The paths for "media":\n- "X"\n- "X / Y": "why"\n- "X / Z"\n- "W"'
    assert brought.describe({}) == (
        '"media": a list with any of the paths for it in the user\'s message, empty if none fits'
    )
    assert brought.to_regions(brought.parse(["X / Y"])) == [region([["X", "y"]])]
    assert asked(control('value="$tree" leafsOnly="true"', "").for_task({"tree": BROUGHT})) == ["X / Y", "X / Z", "W"]
    assert asked(control('value="$a.tree"', "").for_task({"a": {"tree": BROUGHT}}))[0] == "X"


def test_paths_of_the_config_stand_beside_those_of_the_task() -> None:
    own = '<Choice value="Own"><Choice value="A"/></Choice><Choice value="W"><Choice value="V"/></Choice>'
    brought = control('value="$tree"', own).for_task({"tree": BROUGHT})
    assert asked(brought) == ["Own", "Own / A", "W", "W / V", "X", "X / Y", "X / Z"], "the config's W, as on the screen"
    assert brought.listing({}).splitlines()[1:] == ['- "X"', '- "X / Y": "why"', '- "X / Z"']
    assert brought.describe({}).splitlines() == [
        '"media": a list with any of the paths for it in the user\'s message, or these, empty if none fits',
        *("- Own", "- Own / A", "- W", "- W / V"),
    ]
    value = brought.parse(["Own / A", "X"])
    assert brought.to_regions(value) == [region([["Own", "A"], ["X"]])]
    assert brought.removed_classes(value) == []
    leaves = control('value="$tree" leafsOnly="true"', own).for_task({"tree": BROUGHT})
    assert asked(leaves) == ["Own / A", "W / V", "X / Y", "X / Z"]
    alone = control('value="$tree"', own).for_task({})
    assert alone.describe({}) == control("", own).describe({})


@pytest.mark.parametrize("deep", [1, 30, 9000])
def test_a_tree_has_an_end(deep: int) -> None:
    tree: Any = "leaf"
    for _ in range(deep):
        tree = {"value": "n", "children": [tree]}
    found = control('value="$tree"', "").for_task({"tree": [tree]})
    assert isinstance(found, Failure) == (deep > 1)


@pytest.mark.parametrize("tree", [None, "X", [], [{"children": []}], [None], ["x" * 1001], ["x"] * 10_001])
def test_a_task_without_a_tree_is_named(tree: Any) -> None:
    found = control('value="$tree"', "").for_task({"tree": tree})
    assert isinstance(found, Failure)
    assert found.kind == "bad_task"
    assert "'tree' is not the tree" in found.detail


def test_a_schema_does_not_list_more_than_providers_take() -> None:
    many = "".join(f'<Choice value="{number}"/>' for number in range(1001))
    field = control(tree=many)
    assert field.json_schema() == {"type": "array", "items": {"type": "string"}}
    assert field.parse(["1000"]) == Paths((("1000",),))
    assert field.parse(["1001"]).reason == "unknown_choice"


def test_others_are_shown_for_the_last_name_of_a_path_or_its_alias() -> None:
    for value in ("Paid", "p"):
        when = f'visibleWhen="choice-selected" whenTagName="media" whenChoiceValue="{value}"'
        both = schema(more=KIND.replace('toName="t"', f'toName="t" {when}'))
        assert both.parse({"media": ["Online / Paid"], "kind": "a"})["kind"] == Labels(("a",))  # type: ignore[index]
        assert both.parse({"media": ["Online"], "kind": "a"})["kind"] is None  # type: ignore[index]


def test_a_version_of_before_goes_on_without_it_and_without_what_it_shows() -> None:
    when = 'visibleWhen="choice-selected" whenTagName="media" whenChoiceValue="Paid"'
    more = f'{KIND}<Choices name="why" toName="t" {when}><Choice value="c"/></Choices>'
    before, now = read_config(f"<View>{TEXT}{more}</View>"), schema(more=more)
    assert (before.names, now.names) == (("kind",), ("kind", "why", "media"))
    for former in before.digests:
        assert now.fits(former)
        assert now.as_of(former).names == ("kind",)
        assert now.as_of(former).json_schema() == before.json_schema()


def test_the_digest_follows_what_may_be_answered() -> None:
    kinds = ("", 'leafsOnly="true"', 'maxUsages="2"', 'required="true"', 'value="$tree"')
    assert len({schema(words).digest for words in kinds}) == len(kinds)
    assert schema('showFullPath="true" pathSeparator=">" maxUsages="many"').digest == schema().digest


def test_a_renamed_path_is_read_under_its_new_name() -> None:
    before = schema(tree=TREE.replace('"Offline"', '"Print"'))
    now = with_renames(schema(), {"media": {"Print": "Offline"}})
    assert now.renamed({"media": Paths((("Print",),))}) == {"media": Paths((("Offline",),))}
    assert with_current_labels(before, now).fields == now.fields
    assert before.digest in [former.digest for former in formers(now)]
    assert now.renamed({"media": Labels(("Print",))}) == {"media": None}


def test_versions_are_compared_by_the_paths_that_they_share() -> None:
    shared = shared_schema([schema(), schema(tree='<Choice value="Offline"/><Choice value="New"/>')])
    assert shared.by_name["media"].known_classes == ("Offline",)
    dynamic = schema('value="$tree"', "")
    assert shared_schema([schema(), dynamic]).by_name["media"].dynamic
