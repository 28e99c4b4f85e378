"""<List> and <Table> as a model reads them."""

import json
from typing import Any

import pytest

from backend.domain.chat.request import ChatRequest
from backend.domain.labels.config import read_config
from backend.domain.labels.inputs.lists import LONGEST_TEXT, list_items
from backend.domain.labels.inputs.tables import TableObject
from backend.domain.labels.reading import as_read
from backend.domain.outcome import Failure
from backend.domain.prompts.default_prompt import first_prompt
from backend.domain.task import Task
from tests.scripted import builder

YES = '<Choices name="ok" toName="items"><Choice value="Yes"/><Choice value="No"/></Choices>'


def lines(*items: Any) -> list[str]:
    found = list_items(list(items))
    assert found is not None
    return found.prompt.splitlines()


def test_an_item_is_a_line_with_what_the_screen_shows() -> None:
    assert lines({"id": "b", "title": "Bee", "body": "A bee.", "more": "x"}) == ['- "b": "Bee" "A bee."']
    assert lines({"id": 2, "title": 7, "body": None, "html": "<p>One</p><script>x</script><b>two</b>"}) == [
        '- "2": "7" "One\\ntwo"'
    ]
    assert lines({"id": "b"}) == ['- "b"']


def test_no_words_of_an_item_pass_for_another_line() -> None:
    (line,) = lines({"id": "b", "title": '"\n- "c": "Chosen"\u2028', "body": "x" * 9000})
    assert line.startswith('- "b": "\\"\\n- \\"c\\": \\"Chosen\\""')
    assert len(line) < LONGEST_TEXT + 100
    assert line.endswith('…"')


@pytest.mark.parametrize(
    ("ids", "references"),
    [
        (["a", 2, 10.0], ["a", "2", "10"]),
        (["a/b", "doc:1", "été"], ["a/b", "doc:1", "été"]),
        (["a", "A"], ["1", "2"]),
        (["a", "a b"], ["1", "2"]),
        (["a", ""], ["1", "2"]),
        (["a", "x" * 65], ["1", "2"]),
        (["a", "b\u200b"], ["1", "2"]),
        (["a", "a\u0301"], ["1", "2"]),
    ],
)
def test_a_reference_is_the_id_where_all_are_short_words(ids: list[Any], references: list[str]) -> None:
    found = list_items([{"id": one} for one in ids])
    assert found is not None
    assert list(found.references) == references
    assert [json.JSONDecoder().raw_decode(line, 2)[0] for line in found.prompt.splitlines()] == references


def test_of_items_with_one_id_the_last_counts_as_on_the_screen() -> None:
    assert lines({"id": 1, "title": "x"}, {"id": "2"}, {"id": "1", "title": "y"})[0] == '- "1": "y"'


@pytest.mark.parametrize(
    "value", [None, [], "x", {}, [1], [{"id": True}], [{"id": 2**60}], [{"id": n} for n in range(1001)]]
)
def test_what_is_not_a_list_of_items(value: Any) -> None:
    assert list_items(value) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"name": "Anna", "Age": 30, "nested": {"a": 1}}, 'Age: 30\nname: Anna\nnested: {"a": 1}'),
        ('{"b": 1}', "b: 1"),
        ([{"a": 1, "b": "x\ny"}, {"c": None}], "a | b | c\n1 | x y | \n |  | null"),
        ([1, "x"], "0: 1\n1: x"),
        ({"a": "one\ntwo: 2"}, "a: one two: 2"),
    ],
)
def test_a_table_is_lines(value: Any, text: str) -> None:
    assert TableObject("$t").read({"t": value}) == {"t": text}


@pytest.mark.parametrize("value", [None, "no JSON", 3, "3"])
def test_what_is_not_a_table_is_read_as_it_is(value: Any) -> None:
    assert TableObject("$t").read({"t": value}) == {}


def test_lists_and_tables_are_variables() -> None:
    schema = read_config(
        f'<View><Table name="t" value="$meta.kv"/><List name="items" value="$items"/>'
        f'<Table name="u" value="$file" valueType="csv"/><List name="l" value="Fixed"/>{YES}</View>'
    )
    assert schema.variables == ("meta.kv", "items", "file")
    assert first_prompt(schema).template.endswith("\n\nmeta.kv:\n{meta.kv}\nitems:\n{items}\nfile:\n{file}")
    read = as_read(Task(1, {"meta": {"kv": {"a": 1}}, "items": [{"id": "x", "title": "T"}]}), schema)
    assert (read.value("meta.kv"), read.value("items")) == ("a: 1", '- "x": "T"')


def test_the_users_message_shows_the_items() -> None:
    schema = read_config(f'<View><List name="items" value="$items"/>{YES}<Ranker name="rank" toName="items"/></View>')
    task = Task(1, {"items": [{"id": "x", "title": "T"}, {"id": "y"}]})
    found = builder(schema, template="Rank {items}").request(task)
    assert isinstance(found, ChatRequest)
    assert found.user == 'Rank - "x": "T"\n- "y"'
    failed = builder(schema, template="Rank {items}").request(Task(1, {"items": ["x"]}))
    assert isinstance(failed, Failure)
    assert failed.kind == "bad_task"
