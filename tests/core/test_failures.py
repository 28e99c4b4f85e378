"""What is said of tasks without an answer."""

from backend.core.failures import ADVICE, advice, unanswered
from backend.core.outcomes import FAILURES


def test_what_failed_is_counted_and_what_helps_is_said() -> None:
    assert unanswered(30, {"timeout": 20}) == (
        "20 of 30 tasks got no answer (timeout 20). Raise REQUEST_TIMEOUT_S or lower CONCURRENCY."
    )
    assert unanswered(2000, {"bad_task": 1500}) == "1,500 of 2,000 tasks got no answer (bad_task 1,500)."
    assert unanswered(1, {"server": 1}).startswith("1 of 1 task got no answer (server 1).")


def test_advice_is_about_the_commonest_kind_that_has_any() -> None:
    assert advice({"bad_task": 9, "timeout": 3, "rate_limited": 2}) == ADVICE["timeout"]
    assert advice({"bad_task": 9}) == advice({}) == ""
    assert set(ADVICE) <= set(FAILURES)
