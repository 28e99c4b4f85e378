"""Answers given from outside: what a person says that some other program answered about the tasks of a run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.domain.outcome import Failure


@dataclass(frozen=True, slots=True)
class OutsideAnswer:
    """One of them, as it was sent; what it means is read from it under the project's labelling config.

    output: control -> value; None for a failure
    failure: why there is no answer; its kind is a word of the program's
    cost_usd: what was said that it cost
    created: UTC, ISO 8601
    user_id, user_email: who sent it
    """

    task_id: int
    output: Mapping[str, Any] | None
    failure: Failure | None = None
    cost_usd: float | None = None
    created: str = ""
    user_id: int = 0
    user_email: str = ""
