"""Why runs stop: the sentences are for people, and scripts read some of them."""

import pytest

from backend.domain.runs.stop_reason import (
    ABANDONED,
    BUDGET,
    INTERRUPTED,
    NEVER_BEGAN,
    RESUMABLE,
    StopKind,
    StopReason,
    at_monthly_budget,
)


@pytest.mark.parametrize(
    ("stop", "resumable"), [(BUDGET, False), (INTERRUPTED, True), (ABANDONED, True), (NEVER_BEGAN, True)]
)
def test_what_only_lost_its_process_is_resumed(stop: StopReason, resumable: bool) -> None:
    assert (stop.kind in RESUMABLE) == resumable


def test_the_reason_of_a_run_at_its_budget_stays_the_word_that_scripts_know() -> None:
    assert BUDGET.sentence == "budget"


def test_a_monthly_budget_is_named_with_what_goes_on() -> None:
    stop = at_monthly_budget("groq", "`ls-prompts resume 1f3a9c04`")
    assert stop.kind is StopKind.MONTHLY_BUDGET
    assert stop.sentence.startswith("The monthly budget of connection 'groq' is used up")
    assert "--monthly-budget USD" in stop.sentence
    assert stop.sentence.endswith("`ls-prompts resume 1f3a9c04` continues it.")


def test_a_sentence_alone_is_of_no_kind_that_programs_know() -> None:
    assert StopReason("It is away.").kind is StopKind.OTHER
