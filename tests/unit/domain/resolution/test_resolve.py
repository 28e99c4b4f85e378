"""From stored completions to outcomes: what counts, what it cost, and what is unknown."""

from dataclasses import replace
from typing import Any

import pytest

from backend.domain.answer import Labels, names_of
from backend.domain.chat.judged import judge
from backend.domain.labels.config import read_config
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Confidence, Failure, Rejection
from backend.domain.resolution import resolve as resolve_module
from backend.domain.resolution.resolve import failed, outcome_of, resolve
from tests.scripted import BROKEN, CONFIG, GOOD, choices, completion, some, tokens

SCHEMA = choices("Good", "Bad")


def pricing(model: Any, _connection: str) -> Any:
    return (lambda *_: None) if model == "unknown" else (lambda prompt, cached, said: prompt + said / 1000 - cached)


def derived(*attempts: Any) -> Any:
    found = resolve(3, [attempts], SCHEMA, pricing)
    assert found is not None
    return found


def test_without_completions_there_is_no_outcome() -> None:
    assert resolve(3, [[]], SCHEMA, pricing) is None


def test_an_answer_with_its_cost_and_confidence() -> None:
    found = derived(completion(GOOD, logprobs=((GOOD, -0.5),), cached_tokens=2))
    assert (found.task_id, found.answer, found.digest) == (3, {"mood": Labels(("Good",))}, "d" * 64)
    assert found.confidence == pytest.approx(0.6065, abs=1e-4)
    assert (found.usage.prompt_tokens, found.usage.completion_tokens, found.usage.seconds) == (10, 5, 0.25)
    assert found.usage.cost_usd == pytest.approx(8.005)


def test_the_cost_of_all_attempts_counts_and_the_latency_of_the_one_that_does() -> None:
    found = derived(completion(BROKEN, seconds=9.0), completion(GOOD, attempt=1))
    assert found.answer == {"mood": Labels(("Good",))}
    assert (found.usage.prompt_tokens, found.usage.seconds) == (20, 0.25)
    assert found.usage.cost_usd == pytest.approx(20.01)


def test_one_unknown_price_makes_the_cost_unknown() -> None:
    assert derived(completion(BROKEN, model="unknown"), completion(GOOD, attempt=1)).usage.cost_usd is None


def test_a_rejection_was_spoken_and_has_no_confidence() -> None:
    found = derived(completion(BROKEN, logprobs=((BROKEN, -0.1),)))
    assert isinstance(found.verdict, Rejection)
    assert found.spoke
    assert (found.answer, found.confidence) == (None, None)


def test_a_failure_was_not_spoken_and_costs_nothing() -> None:
    found = failed(3, Failure("server", "It failed."), "d", sent=6)
    assert (found.spoke, found.answer, found.sent, found.usage.cost_usd) == (False, None, 6, None)


def test_samples_together_make_one_outcome() -> None:
    said = [[completion(GOOD, seconds=0.5)], [completion(BROKEN), completion(GOOD, attempt=1)], [completion(BROKEN)]]
    found = some(resolve(3, said, SCHEMA, pricing))
    assert (found.answer, found.digest) == ({"mood": Labels(("Good",))}, "d" * 64)
    assert found.confidence == pytest.approx(2 / 3)
    assert (found.usage.prompt_tokens, found.usage.seconds) == (40, 0.5)
    assert resolve(3, [*said, []], SCHEMA, pricing) is None, "one is still to be asked"


@pytest.mark.parametrize(("sent", "counted", "reused"), [(None, 0, False), (0, 0, True), (2, 2, False)])
def test_stored_answers_are_reused_where_none_had_to_be_asked_for(sent: int | None, counted: int, reused: bool) -> None:
    outcome = some(outcome_of(1, [judge([completion(GOOD)], choices("Good", "Bad"))], pricing, sent=sent))
    assert (outcome.sent, outcome.reused) == (counted, reused)


def test_a_confidence_is_computed_once_and_only_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also after the rules have changed: nothing of them is stored."""
    asked: list[str] = []

    def rule(value: float) -> Any:
        def computed(said: Any, _: Any) -> Confidence:
            asked.append(said.text)
            return Confidence(value, {})

        return computed

    monkeypatch.setattr(resolve_module, "confidence", rule(0.25))
    found = derived(completion(GOOD))
    assert not asked
    assert (found.confidence, found.confidence, found.controls, asked) == (0.25, 0.25, None, [GOOD])
    assert found == replace(found, confidences=Confidence(0.25, {}))
    monkeypatch.setattr(resolve_module, "confidence", rule(0.75))
    assert (found.confidence, derived(completion(GOOD)).confidence) == (0.25, 0.75)
    assert derived(completion(GOOD)) != found


def test_several_controls_have_a_confidence_each() -> None:
    two = read_config(
        CONFIG.replace(
            "</View>", '<Choices name="c" toName="text"><Choice value="x"/><Choice value="y"/></Choices></View>'
        )
    )
    said = tokens(('{"mood": "', 1.0), ('Good"', 0.5), (', "c": "', 1.0), ('x"', 0.25), ("}", 1.0))
    found = some(resolve(3, [[said]], two, pricing))
    assert found.confidence == pytest.approx(0.125)
    assert found.controls == pytest.approx({"mood": 0.5, "c": 0.25})
    assert derived(completion(GOOD, logprobs=((GOOD, -0.5),))).controls is None, "of one it is the whole"


TEXT = '<Text name="text" value="$text"/>'


def schema(inside: str) -> LabelSchema:
    return read_config(f"<View>{TEXT}{inside}</View>")


def sure(asked: LabelSchema, number: str) -> float:
    """The confidence in a number whose token has 0.5, and what ends it 0.25."""
    said: Any = tokens(('{"n": ', 1.0), (number, 0.5), ("}", 0.25))
    found = some(resolve(1, [[said]], asked, lambda *_: lambda *_: None))
    return some(found.confidence)


@pytest.mark.parametrize(
    ("most", "number", "expected"),
    [(5, "1", 0.5), (9, "9", 0.5), (10, "1", 0.125), (10, "2", 0.5), (10, "10", 0.5), (100, "9", 0.125)],
)
def test_one_star_is_told_from_ten(most: int, number: str, expected: float) -> None:
    rating = schema(f'<Rating name="n" toName="text" maxRating="{most}"/>')
    assert sure(rating, number) == pytest.approx(expected)


def test_a_number_without_an_end_is_told_by_what_follows() -> None:
    assert sure(schema('<Number name="n" toName="text"/>'), "-2.5") == pytest.approx(0.125)


def test_labels_are_as_before() -> None:
    said = tokens(('{"n": "', 1.0), ('A"', 0.5), ("}", 0.25))
    found = some(
        resolve(
            1,
            [[said]],
            schema('<Choices name="n" toName="text"><Choice value="A"/><Choice value="B"/></Choices>'),
            lambda *_: lambda *_: None,
        )
    )
    assert found.confidence == pytest.approx(0.5)


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
