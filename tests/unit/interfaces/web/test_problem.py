"""Which status an error of the application gets: what passes by itself is worth another call, the rest is not."""

import pytest

from backend.adapters.label_studio.http import Faulted, NotFound, Refused, Unreachable
from backend.errors import NotThereError, PromptError, PromptsError, ProviderAwayError, StoreAwayError
from backend.interfaces.web.problem import problem_of


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotThereError("no"), 404),
        (NotFound(404, "no"), 404),
        (Refused(401, "no"), 401),
        (Refused(403, "no"), 403),
        (Refused(400, "no"), 400),
        (Refused(409, "no"), 400),
        (Faulted(500, "no"), 503),
        (Faulted(507, "no"), 503),
        (Unreachable("no"), 503),
        (StoreAwayError("no"), 503),
        (ProviderAwayError("no"), 503),
        (PromptError("no"), 400),
    ],
)
def test_each_error_has_its_status(error: PromptsError, status: int) -> None:
    problem = problem_of(error)
    assert (problem.status, str(problem)) == (status, "no")
    assert ("Retry-After" in problem.headers) == (status == 503)
