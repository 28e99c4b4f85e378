"""The texts of a <Repeater>: a variable with a line for each item, with what the screen would show of it."""

from typing import Any

import pytest

from backend.domain.labels.config import read_config
from backend.domain.labels.reading import as_read
from backend.domain.labels.schema import LabelSchema
from backend.domain.prompts.default_prompt import first_prompt
from backend.domain.task import Task

CHOICES = '<Choices name="{}" toName="{}"><Choice value="a"/></Choices>'
WHOLE = '<Text name="all" value="$text"/>' + CHOICES.format("kind", "all")
EACH = CHOICES.format("c_{{idx}}", "t_{{idx}}")
TEXT = '<Text name="t_{{idx}}" value="$items[{{idx}}].text"/>'


def schema(*inside: str, on: str = 'on="$items"') -> LabelSchema:
    return read_config(f"<View>{WHOLE}<Repeater {on}>{''.join(inside or (TEXT, EACH))}</Repeater></View>")


def read(found: LabelSchema, **data: Any) -> str | None:
    value = as_read(Task(1, {"text": "x", **data}), found).value("items")
    assert value is None or isinstance(value, str)
    return value


def test_a_line_for_each_item() -> None:
    found = schema()
    assert found.variables == ("text", "items")
    assert read(found, items=[{"text": "one"}, {"text": "two\n[7] lines"}, {}, {"text": {"a": 1}}]) == (
        '[0] one\n[1] two [7] lines\n[2]\n[3] {"a": 1}'
    )
    assert first_prompt(found).template.endswith("text: {text}\nitems:\n{items}")


def test_several_texts_are_named_and_sentences_stand_as_they_are() -> None:
    found = schema('<Header value="No. {{idx}}: $items[{{idx}}].title"/>', TEXT, EACH, TEXT)
    assert read(found, items=[{"text": "one", "title": "T"}, {"text": "", "title": "U"}]) == (
        "[0] No. 0: T | text: one\n[1] No. 1: U"
    )


def test_items_that_are_texts_and_texts_of_another_list() -> None:
    found = schema('<Text name="t_{{idx}}" value="$items[{{idx}}]"/>', '<Text name="o" value="$more[{{idx}}]"/>', EACH)
    assert read(found, items=["one", "two"], more=["eins"]) == "[0] one | eins\n[1] two"


@pytest.mark.parametrize(("items", "said"), [([], ""), (None, ""), ("abc", "abc"), ([1] * 1001, None)])
def test_no_list_has_no_lines(items: Any, said: str | None) -> None:
    value = as_read(Task(1, {"items": items}), schema()).value("items")
    assert value == ([1] * 1001 if said is None else said)


def test_a_flag_of_its_own_and_a_path_to_the_list() -> None:
    text = '<Text name="t_#" value="$order.lines[#].text"/>'
    found = schema(text, EACH.replace("{{idx}}", "#"), on='on="$order.lines" indexFlag="#"')
    assert found.names == ("kind", "c")
    task = as_read(Task(1, {"text": "x", "order": {"lines": [{"text": "one"}]}}), found)
    assert task.value("order.lines") == "[0] one"


def test_only_as_many_flags_count_as_label_studio_replaces() -> None:
    twice = '<Text name="t_{{idx}}" value="$items[{{idx}}].x and $items[{{idx}}].y"/>'
    assert read(schema(twice, EACH), items=[{"x": 1, "y": 2}]) == "[0] 1 and 2"
    assert schema(f"<View>{twice}</View>", EACH).variables == ("text",), "below, the second one stays as it is"


def test_a_text_that_is_the_same_for_all_items_is_a_variable_as_elsewhere() -> None:
    found = schema('<Text name="q" value="$question"/><Header value="Judge"/>', TEXT, EACH)
    assert found.variables == ("text", "question", "items")
    assert found.by_name["c"].heading == ("Judge",)


def test_a_list_that_another_object_shows_is_read_as_that() -> None:
    found = read_config(f'<View><Repeater on="$items">{TEXT}{EACH}</Repeater><List name="l" value="$items"/></View>')
    assert read(found, items=[{"id": "x", "title": "T", "text": "one"}]) == '- "x": "T"'


def test_what_is_not_repeated_shows_nothing() -> None:
    assert schema(TEXT, EACH, on='on="items"').variables == ("text",)
    nested = schema(f'<Repeater on="$items[{{{{idx}}}}].more">{TEXT}{EACH}</Repeater>')
    assert (nested.variables, nested.names) == (("text",), ("kind",))
