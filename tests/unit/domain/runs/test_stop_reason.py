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
)


@pytest.mark.parametrize(
    ("stop", "resumable"), [(BUDGET, False), (INTERRUPTED, True), (ABANDONED, True), (NEVER_BEGAN, True)]
)
def test_what_only_lost_its_process_is_resumed(stop: StopReason, resumable: bool) -> None:
    assert (stop.kind in RESUMABLE) == resumable


def test_the_reason_of_a_run_at_its_budget_stays_the_word_that_scripts_know() -> None:
    assert BUDGET.sentence == "budget"


def test_a_sentence_alone_is_of_no_kind_that_programs_know() -> None:
    assert StopReason("It is away.").kind is StopKind.OTHER
