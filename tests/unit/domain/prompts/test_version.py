"""Templates, names and tags. A task's text is data: nothing in it may act."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.outcome import Failure
from backend.domain.prompts.version import (
    MAX_TASK_BYTES,
    belongs,
    check_name,
    check_template,
    nearest,
    parse_tag,
    used_variables,
)
from backend.domain.task import Task
from backend.errors import PromptError
from tests.scripted import any_text, version

visible = any_text.filter(str.strip)
HOSTILE = ["{text}", "{other}", "{{text}}", "{0}", "{}", "%s", "\\1", "\\g<0>", "$text", "{text!r}", "{{ text }}"]


def render(template: str, **data: Any) -> Failure | str:
    return version(template, variables=used_variables(template, tuple(data))).render(Task(1, data))


def refused(found: str | Failure) -> str:
    assert isinstance(found, Failure)
    assert found.kind == "bad_task"
    return found.detail


@given(any_text, visible, any_text)
def test_the_value_stands_exactly_as_in_the_task(before: str, value: str, after: str) -> None:
    before, after = before.replace("{text}", ""), after.replace("{text}", "")
    if "{text}" in before + "|" + after:
        return
    assert render(before + "|{text}|" + after, text=value) == f"{before}|{value}|{after}"


@pytest.mark.parametrize("value", HOSTILE)
def test_nothing_in_a_value_is_ever_expanded(value: str) -> None:
    assert render("{text}/{other}", text=value, other="{text}") == f"{value}/{{text}}"


@given(st.dictionaries(st.sampled_from("abcde"), st.sampled_from([f"{{{n}}}" for n in "abcde"]), min_size=1))
def test_values_that_name_each_other_stay_as_they_are(data: dict[str, str]) -> None:
    template = "".join(f"<{{{name}}}>" for name in data)
    assert render(template, **data) == "".join(f"<{value}>" for value in data.values())


@pytest.mark.parametrize(
    "literal",
    ['{"mood": "Good"}', '{"a": {"b": []}}', "{ text }", "{}", "{{}}", "{", "}", "{1}", "{text", "f(x) = {x | x > 1}"],
)
def test_json_and_other_braces_in_a_template_stay_as_they_are(literal: str) -> None:
    template = literal + " {text}"
    assert check_template(template, ["text"]) == ("text",)
    assert render(template, text="hello") == literal + " hello"


def test_doubled_braces_are_not_an_escape() -> None:
    assert render("{{text}}", text="hello") == "{hello}"


@pytest.mark.parametrize(
    ("value", "text"), [(3, "3"), (2.5, "2.5"), (True, "true"), (False, "false"), (0, "0"), (-1e-7, "-1e-07")]
)
def test_numbers_and_booleans_stand_as_json(value: bool | float, text: str) -> None:
    assert render("{text}", text=value) == text


@pytest.mark.parametrize(
    ("data", "word"),
    [
        ({}, "missing"),
        ({"text": None}, "null"),
        ({"text": []}, "empty"),
        ({"text": {"a": 1}}, "object"),
        ({"text": {"a": {"text": 1}}}, "{text.a}"),
        ({"text": ""}, "empty"),
        ({"text": " \n\t\u00a0"}, "empty"),
    ],
)
def test_a_task_without_text_is_a_bad_task_that_says_why(data: dict[str, Any], word: str) -> None:
    detail = refused(version("{text}").render(Task(1, data)))
    assert word in detail
    assert "'text'" in detail


def test_fields_that_the_template_does_not_use_may_hold_anything() -> None:
    assert version("{text}").render(Task(1, {"text": "x", "turns": [{}], "none": None})) == "x"


def sized(character: str, size: int) -> Task:
    """A task whose text has that many bytes of UTF-8."""
    width = len(character.encode("utf-8", "surrogatepass"))
    count, rest = divmod(size, width)
    return Task(1, {"text": character * count + "a" * rest})


@pytest.mark.parametrize("character", ["a", "é", "漢", "😀", "\ud800"])
def test_size_is_counted_in_bytes_of_utf_8(character: str) -> None:
    assert isinstance(version("{text}").render(sized(character, MAX_TASK_BYTES)), str)
    detail = refused(version("{text}").render(sized(character, MAX_TASK_BYTES + 1)))
    assert "1,000,001 bytes" in detail


def test_only_what_the_prompt_uses_counts() -> None:
    picture = "data:image/png;base64," + "A" * 1_200_000
    assert render("{text}", text="x", picture=picture) == "x"
    refused(render("{text} {picture}", text="x", picture=picture))


def test_the_sizes_of_all_that_it_uses_are_added_up() -> None:
    half = "y" * (MAX_TASK_BYTES // 2 + 1)
    refused(render("{one} {two}", one=half, two=half))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["text", "other"])
def test_data_nested_without_end_counts_only_where_it_is_used(name: str) -> None:
    nested: list[Any] = []
    for _ in range(100_000):
        nested = [nested]
    found = version(f"{{{name}}}", variables=(name,)).render(Task(1, {"text": "x", "other": nested}))
    while nested:  # or its end would be one deep recursion
        nested = nested[0]
    if name == "text":
        assert found == "x"
    else:
        assert "nested" in refused(found)


@pytest.mark.parametrize("empty", [{"title": ""}, {"title": None}, {}, {"title": []}])
def test_one_empty_text_of_two_is_a_text(empty: dict[str, Any]) -> None:
    assert version("{title}|{text}", variables=("title", "text")).render(Task(1, {**empty, "text": "one"})) == "|one"


def test_two_empty_texts_are_a_bad_task() -> None:
    detail = refused(version("{title}|{text}", variables=("title", "text")).render(Task(1, {"title": " ", "text": ""})))
    assert "'title', 'text' are all empty" in detail


NESTED = {"review": {"body": "deep", "parts": [{"x": "first"}, {"x": 2}]}, "review.stars": 5, "a": {"review": {}}}


@pytest.mark.parametrize(
    ("name", "text"),
    [("review.body", "deep"), ("review.parts[0].x", "first"), ("review.parts[1].x", "2"), ("review.stars", "5")],
)
def test_a_variable_may_be_a_path_and_an_exact_name_comes_first(name: str, text: str) -> None:
    assert check_template(f"<{{{name}}}>", ["review", "review.stars"]) == (name,)
    assert render_path(name) == f"<{text}>"


@pytest.mark.parametrize("name", ["review.none", "review.parts[2].x", "review.parts[x]", "review.body.more", "none.at"])
def test_a_path_that_leads_nowhere_is_missing(name: str) -> None:
    assert "missing" in refused(version("{it}", variables=(name,)).render(Task(1, NESTED)))


def render_path(name: str) -> str:
    return str(version(f"<{{{name}}}>", variables=(name,)).render(Task(1, NESTED)))


def test_a_path_into_a_field_that_no_task_has_is_refused() -> None:
    with pytest.raises(PromptError, match=r"\{revew.body\}.*did you mean \{review\}"):
        check_template("{revew.body}", ["review"])


def test_variables_are_named_once_in_order_of_appearance() -> None:
    assert check_template("{b} {a} {b}", ["a", "b", "c"]) == ("b", "a")


@pytest.mark.parametrize("name", ["my text", "1st", "été", "a.b", "a-b", "x*", "(", "text\\d"])
def test_any_name_of_a_data_field_can_be_used(name: str) -> None:
    assert check_template(f"<{{{name}}}>", [name]) == (name,)
    assert render(f"<{{{name}}}>", **{name: "v"}) == "<v>"


def test_a_name_that_starts_like_another_is_that_name() -> None:
    assert render("{text_2} {text}", text="one", text_2="two") == "two one"


def test_an_unknown_variable_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(PromptError, match=r"\{txt\}.*did you mean \{text\}\?"):
        check_template("{txt}", ["text", "title"])


def test_an_unknown_variable_like_no_other_is_refused_with_all_names() -> None:
    with pytest.raises(PromptError, match=r"\{qqq\}.*the tasks have \{text\}, \{title\}"):
        check_template("{text} {qqq}", ["text", "title"])


@pytest.mark.parametrize("template", ["", "Label this.", '{"mood": "Good"}', "{ text }"])
def test_a_template_that_shows_nothing_of_the_task_is_refused(template: str) -> None:
    with pytest.raises(PromptError, match=r"\{text\}"):
        check_template(template, ["text"])


def test_the_content_of_a_plain_version_has_the_same_digest_for_ever() -> None:
    """If this fails, saving what users have saved before gives them another version."""
    assert version().content == "eb939690d4c60244a661f6261cd3076342bb7f5f49014d5dfa1924da7081debb"


def test_definitions_make_another_version() -> None:
    assert version(definitions={"mood": {"Good": "a smile"}}).content != version().content


def test_the_content_is_what_makes_a_version_another() -> None:
    base = version()
    same = version(number=9, note="a note", created="2001-01-01", name="other", project=8)
    assert same.content == base.content
    others = [
        version("Another {text}"),
        version(model="another"),
        version(parameters={"temperature": 1}),
        version(schema_digest="0" * 64),
    ]
    assert len({base.content, *(v.content for v in others)}) == 5


@pytest.mark.parametrize("name", ["sentiment", "Mood 2", "a", "été", "v1.2-b_c", "9 lives", "漢字", "x" * 63])
def test_names(name: str) -> None:
    assert check_name(f"  {name} ") == name
    assert parse_tag(f"{name}@3") == (name, 3)


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "a@b",
        "a~b",
        "a/b",
        "a\nb",
        "a  b",
        "a\tb",
        "_a",
        "-a",
        ".a",
        "x" * 64,
        "auto",
        " auto ",
        "a\x00",
        "\udcff",
    ],
)
def test_names_that_could_not_be_told_apart_are_refused(name: str) -> None:
    with pytest.raises(PromptError):
        check_name(name)


@pytest.mark.parametrize(
    "tag", ["", "sentiment", "sentiment@", "@1", "a@b", "a@-1", "a@1@2", "a~1", "a@1.5", "a@9999999999"]
)
def test_what_is_no_tag_is_refused(tag: str) -> None:
    with pytest.raises(PromptError, match="sentiment@1"):
        parse_tag(tag)


@given(any_text)
def test_any_text_is_a_tag_or_refused(text: str) -> None:
    try:
        name, number = parse_tag(text)
    except PromptError:
        return
    assert name
    assert 0 <= number < 10**9


@pytest.mark.parametrize("model_version", ["mood@1", "mood@12", "mood@3~0a1b"])
def test_predictions_that_belong_to_a_prompt(model_version: str) -> None:
    assert belongs(model_version, "mood")


@pytest.mark.parametrize(
    "model_version",
    [
        "mood",
        "mood@",
        "mood@x",
        "mood 2@1",
        "mood2@1",
        "a mood@1",
        "mood@1~",
        "mood@1~0A1B",
        "mood@1~0a1bc",
        "mood@1\n",
        "",
    ],
)
def test_predictions_that_do_not(model_version: str) -> None:
    assert not belongs(model_version, "mood")


def test_a_name_is_no_pattern() -> None:
    assert not belongs("a-b@1", "a.b")
    assert belongs("a.b@1", "a.b")


def test_the_nearest_name_is_offered_else_all() -> None:
    assert nearest("sentimnt", ["sentiment", "topic"]) == "did you mean sentiment?"
    assert nearest("zzz", ["sentiment", "topic"]) == "there are sentiment, topic."
    assert nearest("zzz", []) == "there are none."


def test_a_connection_makes_another_version_and_the_default_one_does_not() -> None:
    here, there = version(), version(connection="groq")
    assert here.content == version(connection="default").content != there.content
    assert (here.reference, there.reference) == ("some-model", "groq/some-model")
