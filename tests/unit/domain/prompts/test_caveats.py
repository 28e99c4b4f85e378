"""Caveats on a prompt that is saved: what may not do what was meant."""

import pytest

from backend.domain.labels.config import read_config
from backend.domain.prompts.caveats import caveats, lacking, on_lacking
from backend.domain.task import Task
from tests.scripted import choices

PLAIN = choices("Good", "Bad")


@pytest.mark.parametrize(
    ("template", "part"),
    [
        ("{{text}}", '"{{text}}" puts the task\'s text between braces: write {text}'),
        ("{text} {{ text }}", '"{{ text }}" is sent as it stands: write {text}'),
        ("{text} { text }", '"{ text }" is sent as it stands: write {text}'),
    ],
)
def test_braces_too_many(template: str, part: str) -> None:
    (said,) = caveats(template, ("text",), PLAIN)
    assert part in said


@pytest.mark.parametrize("template", ["{text}", '{"mood": "{text}"}', "{{other}}", '{ "text": 1 }', "{{}} {text}"])
def test_braces_that_mean_what_they_say(template: str) -> None:
    assert caveats(f"{template} {{text}}", ("text",), PLAIN) == []


@pytest.mark.parametrize(("template", "seen"), [("{image}", True), ("{note} {image}", True), ("{note}", False)])
def test_a_picture_that_is_marked_has_to_be_shown(template: str, seen: bool) -> None:
    config = """<View>
      <Text name="t" value="$note"/><Image name="i" value="$image"/>
      <RectangleLabels name="box" toName="i"><Label value="Cat"/></RectangleLabels>
    </View>"""
    said = caveats(template, ("note", "image"), read_config(config))
    assert said == ([] if seen else ['"box" marks a picture that the model does not see: add {image}.'])


ABOUT = """<View>
  <Text name="t" value="$note"/><Table name="kv" value="$meta.kv"/><List name="l" value="$items"/>
  <Text name="s" value="Before $q after $m"/><Image name="i" valueList="$pages"/><Header value="$title"/>
  <Ranker name="rank" toName="l"/>{}
</View>"""


@pytest.mark.parametrize(
    ("control", "template", "said"),
    [
        ('<Rating name="r" toName="t"/>', "{items} {note}", ""),
        (
            '<Rating name="r" toName="t"/>',
            "{items} {title}",
            "r <Text> {note}",
        ),
        ('<Rating name="r" toName="kv"/>', "{items} {meta.kv.a}", ""),
        (
            '<Rating name="r" toName="kv"/>',
            "{items}",
            "r <Table> {meta.kv}",
        ),
        ('<Rating name="r" toName="i"/>', "{items[0].title}", ""),
        ("", "{note}", "rank <List> {items}"),
        ('<Number name="n" toName="s"/>', "{items} {m}", ""),
        (
            '<Number name="n" toName="s"/>',
            "{items}",
            "n <Text> {q}, {m}",
        ),
        (
            '<Pairwise name="p" toName="t,s"/>',
            "{items} {note}",
            "p <Text> {q}, {m}",
        ),
        (
            '<Labels name="a" toName="t"><Label value="x"/></Labels><Rating name="b" toName="t"/>',
            "{items}",
            "a <Text> {note}",
        ),
        (
            '<Choices name="c" toName="i" perItem="true"><Choice value="x"/></Choices>',
            "{items}",
            "c <Image> {pages}",
        ),
    ],
)
def test_what_controls_are_about_has_to_be_shown(control: str, template: str, said: str) -> None:
    schema, (name, tag, add) = read_config(ABOUT.format(control)), (said or "  ").split(" ", 2)
    article = "an" if tag == "<Image>" else "a"
    sentence = f'"{name}" is about {article} {tag} that the model does not see: add {add}.'
    assert caveats(template, schema.variables, schema) == ([sentence] if said else [])


def test_an_invisible_character_in_a_label_is_shown() -> None:
    (said,) = caveats("{text}", ("text",), choices("Go\u200bod", "Bad", "❤️"))
    assert 'The label "Go\\u200bod" of "mood" holds U+200B ZERO WIDTH SPACE' in said


def test_so_is_one_in_a_label_of_a_control_per_region() -> None:
    labels = '<Labels name="ner" toName="text"><Label value="A"/></Labels>'
    sex = '<Choices name="sex" toName="text" perRegion="true"><Choice value="f\u200b"/></Choices>'
    (said,) = caveats("{text}", ("text",), read_config(f'<View><Text name="text" value="$text"/>{labels}{sex}</View>'))
    assert said.startswith('The label "f\\u200b" of "sex" holds U+200B')


def test_many_such_labels_are_counted() -> None:
    said = caveats("{text}", ("text",), choices(*(f"{n}\xa0%" for n in range(12))))
    assert len(said) == 6
    assert said[-1] == "So do 7 more labels."


def test_how_many_tasks_lack_a_variable() -> None:
    some = [Task(1, {"a": {"b": 1}}), Task(2, {"a": {}})]
    found = lacking(("text", "extra", "a.b"), {"text": 1000, "extra": 400, "a": 1000}, 1000, some)
    assert found == {"extra": "600 of 1,000 tasks", "a.b": "1 of 2 tasks looked at"}
    assert on_lacking(found, ("text", "extra")) == [
        "{extra} is missing in 600 of 1,000 tasks: it stays empty there.",
        "{a.b} is missing in 1 of 2 tasks looked at: it stays empty there.",
    ]
    assert on_lacking({"x": "1 of 2 tasks"}, ("x",)) == ["{x} is missing in 1 of 2 tasks: they can't be asked about."]
