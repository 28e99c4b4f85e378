"""Problem: why a call of the API is not carried out, as its answer says it."""

from collections.abc import Mapping

from backend.adapters.label_studio.http import Refused, Unreachable
from backend.errors import NotThereError, PromptsError, ProviderAwayError, StoreAwayError

NO_EDITOR = "You may look at prompts here, not change or run them: ask for your e-mail to be added to PROMPTS_EDITORS."


class Problem(Exception):
    """`status`: of the HTTP answer. 409 and 5xx are sent again by Label Studio's SDK, so neither is used for what will
    not pass by itself."""

    def __init__(self, status: int, sentence: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.headers = headers or {}


def problem_of(error: PromptsError) -> Problem:
    """How the API tells an error of the application."""
    if isinstance(error, NotThereError):
        return Problem(404, str(error))
    if isinstance(error, Unreachable | StoreAwayError | ProviderAwayError):
        return Problem(503, str(error), {"Retry-After": "2"})
    if isinstance(error, Refused):
        return Problem(error.status if error.status in (401, 403, 404) else 400, str(error))
    return Problem(400, str(error))
