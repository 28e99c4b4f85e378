"""What counts of two answers to one comparison: the first, if the second turned with the inputs."""

from typing import Any

import pytest

from backend.domain.answer import Labels, names_of
from backend.domain.labels.config import read_config
from backend.domain.outcome import Rejection
from backend.domain.resolution.resolve import resolve
from tests.scripted import completion, some, tokens

TEXTS = '<Text name="a" value="$a"/><Text name="b" value="$b"/>'
BETTER = '<Pairwise name="better" toName="a,b"/>'
ONE = read_config(f"<View>{TEXTS}{BETTER}</View>")
TWO = read_config(f'<View>{TEXTS}{BETTER}<Choices name="kind" toName="a"><Choice value="x"/></Choices></View>')


def said(side: str, sure: float | None = None, more: Any = None) -> Any:
    ends = f', "kind": "{more}"}}' if more else "}"
    if sure is None:
        return completion(f'{{"better": "{side}"{ends}')
    return tokens(('{"better": "', 1.0), (f'{side}"', sure), (ends, 1.0))


def outcome(*attempts: Any, schema: Any = ONE) -> Any:
    return some(resolve(3, [[one] for one in attempts], schema, lambda *_: lambda *_: 1.0, both_orders=True))


def test_an_answer_that_turns_with_the_inputs_is_the_first_one() -> None:
    found = outcome(said("left", 0.8), said("right", 0.6))
    assert found.answer == {"better": Labels(("left",))}
    assert found.confidence == pytest.approx(0.7), "the mean of both orders"
    assert [names_of(one["better"]) for one in found.orders] == [("left",), ("right",)]
    assert found.usage.cost_usd == 2


@pytest.mark.parametrize("side", ["left", "right"])
def test_an_answer_that_does_not_turn_is_an_abstention(side: str) -> None:
    found = outcome(said(side, 0.9), said(side, 0.9))
    why = f"'better' is '{side}' in both orders, whichever of the two stands there."
    assert found.verdict == Rejection("inconsistent", why)
    assert (found.answer, found.confidence, len(found.orders)) == (None, None, 2)


def test_an_order_without_a_usable_answer_counts_for_both() -> None:
    for pair in ((said("tie"), said("left")), (said("left"), said("tie"))):
        found = outcome(*pair)
        assert isinstance(found.verdict, Rejection)
        assert (found.verdict.reason, found.orders) == ("unknown_choice", ())
    assert resolve(3, [[said("left")], []], ONE, lambda *_: lambda *_: 1.0, both_orders=True) is None


def test_without_log_probabilities_in_both_orders_there_is_no_confidence() -> None:
    assert outcome(said("left", 0.8), said("right")).confidence is None


def test_other_controls_are_as_the_first_order_has_them() -> None:
    found = outcome(said("left", 0.8, "x"), said("right", 0.4, "x"), schema=TWO)
    assert found.answer == {"better": Labels(("left",)), "kind": Labels(("x",))}
    assert found.controls == pytest.approx({"better": 0.6, "kind": 1.0})
    assert found.confidence == pytest.approx(0.6)


def test_a_comparison_that_is_not_on_the_screen_has_no_order() -> None:
    when = 'visibleWhen="choice-selected" whenTagName="kind" whenChoiceValue="x"'
    kinds = '<Choices name="kind" toName="a"><Choice value="x"/><Choice value="y"/></Choices>'
    schema = read_config(f"<View>{TEXTS}{kinds}<View {when}>{BETTER}</View></View>")
    hidden = completion('{"kind": "y", "better": null}')
    assert outcome(hidden, hidden, schema=schema).answer == {"kind": Labels(("y",)), "better": None}
    shown = completion('{"kind": "x", "better": "left"}')
    found = outcome(shown, hidden, schema=schema).verdict
    assert found == Rejection("inconsistent", "'better' is 'left', and nothing when the two are exchanged.")


@pytest.mark.parametrize("kinds", [("x", "y"), ("y", "x")])
def test_a_comparison_that_one_order_hides_has_the_confidence_of_the_first(kinds: tuple[str, str]) -> None:
    when = 'visibleWhen="choice-selected" whenTagName="kind" whenChoiceValue="x"'
    choices = '<Choices name="kind" toName="a"><Choice value="x"/><Choice value="y"/></Choices>'
    schema = read_config(f"<View>{TEXTS}{choices}<View {when}>{BETTER}</View></View>")
    first, second = (
        tokens(('{"kind": "', 1.0), (f'{kind}"', 0.9), (', "better": ', 1.0), ("null", 1.0), ("}", 1.0))
        for kind in kinds
    )
    found = outcome(first, second, schema=schema)
    assert found.answer == {"kind": Labels((kinds[0],)), "better": None}
    assert found.confidence == pytest.approx(0.9)
