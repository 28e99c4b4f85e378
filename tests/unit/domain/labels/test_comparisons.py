"""Where the inputs of a comparison can be exchanged, and what a task is read as then."""

import pytest

from backend.domain.labels.comparisons import check_both_orders, comparisons, exchange, exchanged
from backend.domain.labels.config import read_config
from backend.domain.labels.schema import LabelSchema
from backend.domain.task import Task
from backend.errors import PromptError

TEXTS = '<Text name="a" value="$draft"/><Text name="b" value="$other"/><Text name="q" value="$q"/>'
BETTER = '<Pairwise name="better" toName="a,b"/>'
SCHEMA = read_config(f"<View>{TEXTS}{BETTER}</View>")
BOTH = ("draft", "other")


def refusal(schema: LabelSchema, variables: tuple[str, ...]) -> str:
    """Why both orders can't be asked; "" where they can."""
    try:
        check_both_orders(schema, variables)
    except PromptError as error:
        return str(error)
    return ""


def test_the_comparisons_of_a_config() -> None:
    assert [(one.name, one.sides) for one in comparisons(SCHEMA)] == [("better", BOTH)]
    assert exchange(SCHEMA) == {"draft": "other", "other": "draft"}
    labels = '<Choices name="c" toName="q"><Choice value="x"/></Choices>'
    assert comparisons(read_config(f"<View>{TEXTS}{labels}</View>")) == []


def test_the_inputs_are_exchanged_and_nothing_else() -> None:
    task = Task(1, {"draft": "D", "other": "O", "q": "Q"}, read={"other": "read O"})
    turned = exchanged(task, ("q", "draft", "other"), SCHEMA)
    assert [turned.value(name) for name in ("q", "draft", "other")] == ["Q", "read O", "D"]
    assert task.value("draft") == "D"


def test_parts_of_an_input_are_exchanged_too() -> None:
    task = Task(1, {"draft": {"by": "A", "said": ["x"]}, "other": {"by": "B", "said": ["y"]}, "drafted": 1})
    turned = exchanged(task, ("draft.by", "draft.said[0]", "other.by", "drafted"), SCHEMA)
    assert [turned.value(name) for name in ("draft.by", "draft.said[0]", "other.by", "drafted")] == ["B", "y", "A", 1]


def test_both_orders_can_be_asked() -> None:
    assert refusal(SCHEMA, BOTH) == refusal(SCHEMA, ("q", "draft.by", "other.by")) == ""


@pytest.mark.parametrize(
    ("inside", "variables", "why"),
    [
        (f'{TEXTS}<Choices name="c" toName="q"><Choice value="x"/></Choices>', BOTH, "the labelling config has none"),
        (TEXTS + BETTER, ("draft", "q"), "does not show one of them: use {other}"),
        (f'{TEXTS}{BETTER}<Pairwise name="c" toName="b,q"/>', (*BOTH, "q"), "two of them share an input"),
        (
            f'{TEXTS}{BETTER}<Labels name="l" toName="q"><Label value="x"/></Labels>',
            BOTH,
            "other controls need the texts as they are",
        ),
        (
            f"{TEXTS.replace('$draft', 'By $by: $draft')}{BETTER}",
            BOTH,
            "'a' does not show one field of the task",
        ),
    ],
)
def test_why_not(inside: str, variables: tuple[str, ...], why: str) -> None:
    assert why in refusal(read_config(f"<View>{inside}</View>"), variables)
