"""A version that an earlier commit (00456db8) saved asks what it asked then, whatever the config says beside."""

import json
from dataclasses import replace
from typing import Any

import pytest

from backend.domain.labels import former_releases
from backend.domain.labels.config import read_config
from backend.domain.labels.controls.registry import KINDS
from backend.domain.labels.former_releases import without_omitted
from backend.domain.labels.schema import LabelSchema

TEXT = '<Text name="text" value="$text"/>'
MOOD = '<Choices name="mood" toName="text"{}><Choice value="A"/><Choice value="B"/></Choices>'
WHO = '<Choices name="who" toName="text"{}><Choice value="C"/><Choice value="D"/></Choices>'
PLAIN = TEXT + MOOD.format("")
HEADED = '<Header value="Choose the mood"/>' + PLAIN
TWO = TEXT + '<Text name="q" value="Is it good?"/>' + MOOD.format("") + '<Header value="And who?"/>' + WHO.format("")
WHEN = ' visibleWhen="choice-selected" whenTagName="mood" whenChoiceValue="A"'
CONDITION = TEXT + WHO.format(WHEN) + MOOD.format("")
REQUIRED = TEXT + MOOD.format(' required="true" choice="multiple"')
LISTED = HEADED + '<List name="items" value="$items"/><Table name="t" value="$meta"/>'
ONE_OF = '"mood": exactly one of\n- A\n- B'


@pytest.mark.parametrize(
    ("inside", "digest", "said"),
    [
        (HEADED, "4a47114ecc785cd3a89d9d2ad7734800f9b617da634c18fa095b46fafa394300", ONE_OF),
        (
            TWO.replace('name="who" toName="text"', 'name="who" toName="text" choice="multiple"'),
            "16edab9d3f5e2fe1710f1e77b37a09a9d60d4625b232deddc062940ad39e8daa",
            f'{ONE_OF}\n"who": a list with any of these, empty if none fits\n- C\n- D',
        ),
        (
            CONDITION,
            "7b7f74d8ca6616c0a09e32171922d03b44a0dba2093a561c8c1e9ddb2c0b28b8",
            f'"who": null if it does not apply, else exactly one of\n- C\n- D\n{ONE_OF}',
        ),
        (
            REQUIRED,
            "bfa99250c45acf58109cce84a1a50478564c388a68a697effdb4cb2dcee1d6c1",
            '"mood": a list with any of these, empty if none fits\n- A\n- B',
        ),
    ],
    ids=["heading", "headings of two", "condition", "required"],
)
def test_it_is_told_what_it_was_told(inside: str, digest: str, said: str) -> None:
    now = read_config(f"<View>{inside}</View>")
    assert now.fits(digest)
    then = now.as_of(digest)
    assert then.describe({}, "") == said
    keys = [json.loads(line.partition(":")[0]) for line in said.splitlines() if line.startswith('"')]
    assert then.json_schema()["required"] == list(then.json_schema()["properties"]) == keys
    saved_now = now.digest_with_headings("{text}")
    assert saved_now != digest
    assert now.as_of(saved_now).describe({}, "") == now.describe({}, "") != said


def test_an_answer_is_read_by_the_rules_of_today() -> None:
    now = read_config(f"<View>{CONDITION}</View>")
    then = now.as_of("7b7f74d8ca6616c0a09e32171922d03b44a0dba2093a561c8c1e9ddb2c0b28b8")
    hidden: dict[str, Any] = {"who": "C", "mood": "B"}
    assert then.parse(hidden) == now.parse(hidden)
    assert then == now


def test_a_version_goes_on_when_a_heading_comes_goes_or_says_something_else() -> None:
    plain, headed = read_config(f"<View>{PLAIN}</View>"), read_config(f"<View>{HEADED}</View>")
    before, after = plain.digest_with_headings("{text}"), headed.digest_with_headings("{text}")
    assert before == plain.digest == headed.digest != after
    assert headed.as_of(before).describe({}, "") == ONE_OF
    assert plain.as_of(after).describe({}, "") == ONE_OF
    other = read_config(f"<View>{HEADED.replace('the mood', 'a tone')}</View>")
    assert "Choose a tone" in other.as_of(after).describe({}, "")


def test_a_heading_in_the_prompt_itself_is_not_told_again_and_changes_no_digest() -> None:
    headed = read_config(f"<View>{HEADED}</View>")
    assert headed.digest_with_headings("Choose the mood: {text}") == headed.digest
    two = read_config(f"<View>{TWO}</View>")
    assert two.digest_with_headings("Is it good? And who? {text}") == two.digest_with_headings("{text}") != two.digest


@pytest.mark.parametrize(
    ("digest", "heading"),
    [
        ("4a47114ecc785cd3a89d9d2ad7734800f9b617da634c18fa095b46fafa394300", False),
        ("8d1b65130c4599dbc80c0337d2ee932e7bd100c9669b96dd298562e6b7414d6f", True),
    ],
    ids=["00456db8", "fdeb2f67, which tells headings"],
)
def test_a_version_from_before_lists_and_tables_were_variables_does_not_read_them(digest: str, heading: bool) -> None:
    now = read_config(f"<View>{LISTED}</View>")
    then = now.as_of(digest)
    assert (then.variables, then.inputs) == (("text",), ())
    assert ("Choose the mood" in then.describe({}, "")) is heading
    for saved_now in (now.digest, now.digest_with_headings("{text}")):
        assert now.as_of(saved_now).variables == ("text", "items", "meta")
        assert len(now.as_of(saved_now).inputs) == 2


def test_what_a_control_does_not_have_is_not_taken_from_it() -> None:
    (labels,) = read_config(
        f'<View>{TEXT}<Labels name="l" toName="text" required="true"><Label value="A"/></Labels></View>'
    ).fields
    assert without_omitted(labels, ("heading", "required")) == labels


LINK, CODED = '<Text name="t" value="$note" valueType="url"/>', '<Text name="t" value="$note" encoding="base64"/>'
MORE, CHOICE = '<Text name="u" value="$more"/>', '<Choices name="c" toName="u"><Choice value="A"/></Choices>'
WHO_THERE = '<Labels name="who" toName="t"><Label value="PER"/></Labels>'
WHOM = '<Labels name="whom" toName="u"><Label value="PER"/></Labels>'
RELATED = '<Relations><Relation value="r"/></Relations>'


@pytest.mark.parametrize(
    ("inside", "digest", "names", "variables"),
    [
        (LINK + MORE + CHOICE, "7ab3068fd8911560782ab446f171544b041f3b624877c8f900455a4ddb899ced", ["c"], ["more"]),
        (
            CODED + CHOICE.replace('"u"', '"t"'),
            "440f4560ba8cbd2abbc823010a34951a7d75e9c2dbfb683b6cddd7ce27b3e246",
            ["c"],
            ["note"],
        ),
        (
            LINK + MORE + WHO_THERE + WHOM + CHOICE,
            "310626015b8d24150e179e9ed393c613901e0c7b7bc2b459e88eb4ecf92ba1a3",
            ["whom", "c"],
            ["more"],
        ),
        (
            LINK + MORE + WHO_THERE + WHOM + RELATED,
            "a38f3ea3f4d7b4d861a5bad81f4f7f85d510313a7dc70376647c25258ca2d802",
            ["whom", "relations"],
            ["more"],
        ),
        (
            LINK + MORE + WHO_THERE + CHOICE + RELATED,
            "7ab3068fd8911560782ab446f171544b041f3b624877c8f900455a4ddb899ced",
            ["c"],
            ["more"],
        ),
        (
            CODED + MORE + WHO_THERE + WHOM,
            "ce1aa030df7297584b3139f56d84ef0c77628570ac501c274ebe2df30c20fcec",
            ["whom"],
            ["note", "more"],
        ),
    ],
    ids=["an address", "base64", "spans there", "relations", "relations there alone", "spans in base64"],
)
def test_a_version_from_before_texts_were_loaded_and_decoded_reads_none(
    inside: str, digest: str, names: list[str], variables: list[str]
) -> None:
    """Digests of 109de63e."""
    now = read_config(f"<View>{inside}</View>")
    then = now.as_of(digest)
    assert now.fits(digest)
    assert (list(then.names), list(then.variables), then.inputs) == (names, variables, ())
    assert '"who"' not in then.describe({}, "")
    assert now.digest != digest
    assert (now.as_of(now.digest).variables, len(now.inputs)) == (now.variables, 1)


LIST, TABLE = '<List name="l" value="$items"/>', '<Table name="k" value="$m"/>'


@pytest.mark.parametrize(
    ("inside", "digest", "variables"),
    [
        (
            '<Text name="t" value="$items"/>' + LIST,
            "ac25cf53471e413b6aee3ec8360f09209ffb1849ced7c368e8c3575a4e51e3ae",
            ("items",),
        ),
        (
            LIST + TABLE + '<Text name="t" value="Q: $items and $m"/>',
            "99dbe47a19839a81eb109ac90d446ea133592a978b73caa5043238ebcaf17cb9",
            ("items", "m"),
        ),
    ],
    ids=["a text of its own", "in a sentence"],
)
def test_a_version_from_before_reads_a_list_that_a_text_shows_too_as_it_stands(
    inside: str, digest: str, variables: tuple[str, ...]
) -> None:
    """Digests of the commit before 2629cf8c."""
    now = read_config("<View>" + inside + CHOICE.replace('"u"', '"t"') + "</View>")
    then = now.as_of(digest)
    assert (then.variables, then.inputs) == (variables, ())
    assert now.digest != digest
    assert len(now.as_of(now.digest).inputs) == len(variables)


def test_a_version_from_before_tables_were_loaded_reads_the_address_alone() -> None:
    """It had the digest of the config without the table."""
    table = '<Table name="k" value="$file" valueType="csv|url"/>'
    now = read_config("<View>" + TEXT + table + MOOD.format("") + "</View>")
    then = now.as_of(read_config("<View>" + PLAIN + "</View>").digest)
    assert (then.variables, then.inputs) == (("text",), ())
    assert now.variables == ("text", "file")


RATED = '<Repeater on="$items"><Rating name="stars_{{idx}}" toName="text"/></Repeater>'
DATED = '<Repeater on="$items"><DateTime name="day_{{idx}}" toName="text"/></Repeater>'
PER = '<Labels name="ner" toName="text"><Label value="PER"/></Labels>'
OF_SPAN = 'toName="text" perRegion="true"'
SEX = f'<Choices name="sex" {OF_SPAN}><Choice value="f"/><Choice value="m"/></Choices>'
BORN = f'<DateTime name="born" {OF_SPAN}/>'
WHY = f'<TextArea name="why" {OF_SPAN}/>'
WITH_BORN = f'<View visibleWhen="{{}}" whenTagName="born">{WHY}</View>'


@pytest.mark.parametrize(
    ("before", "now", "names"),
    [
        (TEXT + RATED, TEXT + RATED + DATED, ["stars"]),
        (TEXT + MOOD.format("") + RATED, TEXT + MOOD.format("") + DATED + RATED, ["mood", "stars"]),
        (TEXT + PER + SEX, TEXT + PER + SEX + BORN, ["ner"]),
        (TEXT + PER + SEX, TEXT + PER + BORN + SEX, ["ner"]),
        (TEXT + PER + SEX, TEXT + PER + SEX + BORN + WITH_BORN.format("choice-selected"), ["ner"]),
        (TEXT + PER + SEX, TEXT + PER + SEX + BORN + WITH_BORN.format("choice-unselected"), ["ner"]),
        (TEXT + PER + SEX + RELATED, TEXT + PER + SEX + BORN + RELATED, ["ner", "relations"]),
    ],
    ids=[
        "repeated",
        "beside others",
        "of a span",
        "of a span, first",
        "when it has",
        "when not",
        "of spans in relations",
    ],
)
def test_a_version_from_before_a_kind_was_known_goes_on_with_the_older_kinds_that_stand_where_it_may(
    before: str, now: str, names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new kind inside a <Repeater> or of a span takes nothing from those that were there."""
    learn_last("DateTime", monkeypatch)
    old, new = _anew(before), _anew(now)
    assert new.fits(old.digest)
    then = new.as_of(old.digest)
    assert list(then.names) == names
    assert then.json_schema() == old.json_schema()
    assert then.describe({}, "") == old.describe({}, "")
    assert new.as_of(new.digest) is new


def test_relations_from_before_a_kind_that_marks_go_on_between_the_spans_of_older_kinds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    learn_last("Labels", monkeypatch)
    html = (
        '<HyperText name="h" value="$h"/><HyperTextLabels name="in" toName="h"><Label value="PER"/></HyperTextLabels>'
    )
    old, new = _anew(TEXT + html + RELATED), _anew(TEXT + html + PER + RELATED)
    then = new.as_of(old.digest)
    assert (then.names, then.json_schema()) == (("in", "relations"), old.json_schema())
    assert then.describe({}, "") == old.describe({}, "")
    without = _anew(TEXT + MOOD.format(""))
    alone = _anew(TEXT + MOOD.format("") + PER + RELATED).as_of(without.digest)
    assert (alone.names, alone.describe({}, "")) == (("mood",), without.describe({}, ""))


def learn_last(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the last release had learnt this kind of control."""
    others = {tag: control for tag, control in KINDS.items() if tag != kind}
    monkeypatch.setattr(former_releases, "KINDS", others | {kind: KINDS[kind]})


def _anew(inside: str) -> LabelSchema:
    """Read in this test, whose list of kinds is another one."""
    return replace(read_config(f"<View>{inside}</View>"))


OTHER = '<Choice value="Other"/>'
DEEP = '<Choice value="Other"><Choice value="Deep"/></Choice>'
MARKED = '<Labels name="l" toName="t"><Label value="P"/></Labels>'


@pytest.mark.parametrize(
    ("controls", "digest"),
    [
        (
            f'<Choices name="c" toName="t" value="$o">{OTHER}</Choices>',
            "bf20195efe267e838b431c1f20b42852383315f9531f48b292750d054a00d4f7",
        ),
        (
            f'<Choices name="c" toName="t" value="$o" allowNested="true">{DEEP}</Choices>',
            "445bc9c1d55891f76d5fa86bb2d46eb2b15ea9d9f6d2c1821bf007bbfbb0e4eb",
        ),
        (
            f'<Taxonomy name="c" toName="t" value="$o">{DEEP}</Taxonomy>',
            "87e04cdff9524255b908fb1a8aa4878b9f769c8549603bcad4e90a1bba5cbed7",
        ),
        (
            f'{MARKED}<Choices name="c" toName="t" value="$o" perRegion="true">{OTHER}</Choices>',
            "ed3592772ac2c41211a1bbd28a433e60f62463ae54382b3d606cf710e057b2d2",
        ),
    ],
    ids=["choices", "nested", "taxonomy", "of each span"],
)
def test_a_version_of_a_commit_that_had_a_tasks_choices_alone_asks_for_them_alone(controls: str, digest: str) -> None:
    """9416294a. What the config lists beside them came later."""
    now = read_config(f'<View><Text name="t" value="$text"/>{controls}</View>')
    data = {"text": "Hello", "o": [{"value": "A"}, {"value": "B"}]}
    assert now.fits(digest)
    then, new = now.as_of(digest).for_task(data), now.for_task(data)
    assert isinstance(then, LabelSchema)
    assert isinstance(new, LabelSchema)
    assert "Other" not in then.describe({}, "") + json.dumps(then.json_schema())
    assert "Other" in new.describe({}, "") + json.dumps(new.json_schema())
    assert then.listings({}) == new.listings({})
