"""What choices are called where the config, or a task, uses a name twice."""

from backend.domain.answer import Labels
from backend.domain.labels.choice_names import LONGEST, MOST, brought
from backend.domain.labels.config import read_config
from backend.domain.outcome import Rejection

FOOD = """<View><Text name="text" value="$text"/><Choices name="topic" toName="text">
<Choice value="Food"><Choice value="Other" alias="food_other"/><Choice value="Fruit"/></Choice>
<Choice value="Drink"><Choice value="Other" alias="drink_other"/><Choice value="Tea"/></Choice></Choices></View>"""


def names(xml: str) -> list[tuple[str, str]]:
    (field,) = read_config(xml).fields
    return [(choice.name, choice.stored) for choice in field.labels]


def test_repeated_names_are_paths_and_each_can_be_answered() -> None:
    (field,) = read_config(FOOD).fields
    assert ("Food / Other", "food_other") in names(FOOD)
    assert field.parse("Drink / Other") == Labels(("drink_other",))
    assert field.parse("food / other") == Labels(("food_other",))
    assert field.to_json(Labels(("drink_other",))) == "Drink / Other"
    assert isinstance(field.parse("Other"), Rejection)
    assert field.json_schema()["enum"] == ["Food", "Food / Other", "Fruit", "Drink", "Drink / Other", "Tea"]


def test_names_that_mean_the_same_are_one_choice() -> None:
    assert names(FOOD.replace('alias="food_other"', "").replace('alias="drink_other"', "")) == [
        ("Food", "Food"), ("Other", "Other"), ("Fruit", "Fruit"), ("Drink", "Drink"), ("Tea", "Tea"),
    ]  # fmt: skip


def test_where_paths_repeat_too_the_alias_tells_them_apart() -> None:
    flat = (
        '<View><Text name="text" value="$text"/><Choices name="c" toName="text"><Choice value="Other" alias="a"/>'
        '<View><Choice value="Other" alias="b"/></View><Choice value="Other" alias="a"/></Choices></View>'
    )
    assert names(flat) == [("Other (a)", "a"), ("Other (b)", "b")]


def test_a_path_shows_its_innermost_levels() -> None:
    depth = 3000
    deep = '<Choice value="L">' * depth + '<Choice value="Other" alias="deep"/>' + "</Choice>" * depth
    deep += '<Choice value="Other"/>'
    xml = f'<View><Text name="text" value="$text"/><Choices name="c" toName="text">{deep}</Choices></View>'
    assert names(xml) == [("L", "L"), (" / ".join(["L"] * 9 + ["Other"]), "deep"), ("Other", "Other")]


def test_choices_of_a_task_may_be_numbers_and_repeat() -> None:
    given = [
        1,
        2.5,
        {"value": 3, "alias": 30, "children": ["x"]},
        {"value": "A", "children": [{"value": "x", "alias": "ax"}]},
    ]
    found = brought(given)
    assert found is not None
    assert [(c.name, c.stored) for c in found] == [
        ("1", "1"), ("2.5", "2.5"), ("3", "30"), ("3 / x", "x"), ("A", "A"), ("A / x", "ax"),
    ]  # fmt: skip


def test_choices_of_a_task_are_bounded() -> None:
    assert brought(["x" * LONGEST]) is not None
    assert brought(["x" * (LONGEST + 1)]) is None
    assert brought([str(n) for n in range(MOST)]) is not None
    assert brought([str(n) for n in range(MOST + 1)]) is None
