"""What a set of outcomes amounts to."""

from dataclasses import replace

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.answer import Labels, MarkedSpan, Spans, UnlocatedQuote
from backend.domain.metrics.summary import quantile, summarise
from backend.domain.outcome import Failure, Outcome, Rejection, Usage
from tests.scripted import sure_of

SPENT = Usage(prompt_tokens=100, completion_tokens=10, cost_usd=0.5, seconds=2.0)
GOOD = {"mood": Labels(("Good",))}


def rejected(task: int, reason: str = "not_json") -> Outcome:
    return Outcome(task, Rejection(reason, "."), f"d{task}", usage=SPENT, sent=2)


def failed(task: int, kind: str = "bad_task") -> Outcome:
    return Outcome(task, Failure(kind, "."))


def test_answers_rejections_and_failures_are_never_merged() -> None:
    outcomes = [
        Outcome(1, GOOD, "d1", sure_of(0.9), SPENT, sent=1),
        Outcome(2, GOOD, "d2", sure_of(0.9), SPENT, reused=True),
        rejected(3),
        rejected(4, "refused"),
        rejected(5),
        failed(6),
        failed(7, "timeout"),
    ]
    found = summarise(outcomes)
    assert (found.tasks, found.outputs, found.usable, found.coverage) == (7, 5, 2, 2 / 7)
    assert found.rejections == {"not_json": 2, "refused": 1}
    assert found.failures == {"bad_task": 1, "timeout": 1}
    assert (found.requests, found.reused) == (7, 1)
    assert (found.prompt_tokens, found.completion_tokens) == (500, 50)
    assert (found.cost_usd, found.saved_usd) == (2.5, 0.5)
    assert (found.latency_p50, found.latency_p95) == (2.0, 2.0)


def test_quotes_are_counted_by_how_they_were_found() -> None:
    spans = Spans(
        (MarkedSpan(0, 4, "PER", tier="exact"), MarkedSpan(5, 9, "PER", tier="fold")),
        (UnlocatedQuote("PER", "Zoe", "absent"),),
    )
    quotes = summarise([Outcome(1, {"ner": spans, **GOOD}), Outcome(2, {"ner": spans})]).quotes
    assert quotes is not None
    assert quotes.sentence == "4 located (2 exact, 2 by fold), 2 absent"
    assert quotes.total == 6
    assert summarise([Outcome(1, GOOD)]).quotes is None


def test_identical_texts_are_asked_about_and_paid_for_once() -> None:
    asked = Outcome(1, GOOD, "asked now", usage=SPENT, sent=1)
    stored = Outcome(2, GOOD, "stored before", usage=SPENT, reused=True)
    outcomes = [
        asked,
        replace(asked, task_id=3, sent=0, reused=True),
        stored,
        replace(stored, task_id=4),
        replace(stored, task_id=5),
    ]
    found = summarise(outcomes)
    assert (found.prompt_tokens, found.completion_tokens) == (200, 20)
    assert (found.cost_usd, found.saved_usd) == (1.0, 0.5)
    assert (found.usable, found.requests, found.reused) == (5, 1, 4)


def test_of_a_request_that_was_repeated_meanwhile_all_attempts_count() -> None:
    twice = Usage(prompt_tokens=200, completion_tokens=20, cost_usd=1.0, seconds=2.0)
    outcomes = [Outcome(1, GOOD, "d", usage=twice, sent=2), Outcome(2, GOOD, "d", usage=SPENT, reused=True)]
    for order in (outcomes, outcomes[::-1]):
        found = summarise(order)
        assert (found.prompt_tokens, found.cost_usd, found.saved_usd) == (200, 1.0, 0)


def test_the_cost_is_unknown_as_soon_as_one_price_is() -> None:
    free = Outcome(1, GOOD, usage=SPENT)
    unknown = Outcome(2, GOOD, usage=Usage(10, 10, None, 1.0), reused=True)
    found = summarise([free, unknown])
    assert (found.cost_usd, found.saved_usd) == (None, None)
    assert summarise([free]).saved_usd == 0


def test_tokens_that_one_provider_did_not_count_are_unknown_and_not_nothing() -> None:
    silent = Outcome(2, GOOD, usage=Usage(None, None, None, 1.0))
    found = summarise([Outcome(1, GOOD, usage=SPENT), silent])
    assert (found.prompt_tokens, found.completion_tokens, found.cost_usd) == (None, None, None)


def test_what_was_never_answered_costs_nothing_rather_than_an_unknown_sum() -> None:
    found = summarise([failed(1), failed(2)])
    assert (found.cost_usd, found.outputs, found.coverage) == (0, 0, 0)
    assert (found.prompt_tokens, found.completion_tokens) == (0, 0)
    assert (found.latency_p50, found.latency_p95) == (None, None)


def test_of_nothing_there_is_no_coverage() -> None:
    found = summarise([])
    assert (found.tasks, found.coverage, found.cost_usd, found.rejections, found.failures) == (0, None, 0, {}, {})


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=50), st.sampled_from([50, 95]))
def test_percentiles_as_numpy(values: list[float], percent: int) -> None:
    assert quantile(values, percent) == pytest.approx(float(numpy.percentile(values, percent)))


def test_the_most_frequent_refusal_is_kept_and_all_others_are_few() -> None:
    often, once = Failure("bad_request", "Needs a header."), Failure("refused", "Flagged.")
    others = [Outcome(n, Failure("bad_request", f"Number {n}.")) for n in range(10, 1000)]
    found = summarise(
        [Outcome(1, once), Outcome(2, often), Outcome(3, often), *others, failed(4), failed(5), failed(6)]
    )
    assert found.refusal == "Needs a header."
    assert summarise([failed(1), rejected(2)]).refusal is None


def test_equal_outcomes_in_another_order_have_the_same_summary_down_to_its_text() -> None:
    places = Spans((MarkedSpan(0, 4, "PER", tier="fold"),), (UnlocatedQuote("PER", "Zoe", "ambiguous"),))
    others = Spans((MarkedSpan(0, 4, "PER", tier="exact"),), (UnlocatedQuote("PER", "Zoe", "absent"),))
    outcomes = [
        rejected(1, "refused"),
        rejected(2),
        failed(3, "timeout"),
        Outcome(4, Failure("bad_request", "Needs a header.")),
        Outcome(5, Failure("bad_request", "Flagged.")),
        Outcome(6, {"ner": places}, "d6", usage=SPENT),
        Outcome(7, {"ner": others}, "d7", usage=SPENT),
        replace(rejected(8), first=rejected(8, "refused")),
        replace(rejected(9), first=failed(9)),
    ]
    found = summarise(outcomes)
    assert found.refusal == "Flagged."
    assert list(found.rejections) == ["not_json", "refused"]
    assert list(found.failures) == ["bad_request", "timeout"]
    assert repr(summarise(outcomes[::-1])) == repr(found)
