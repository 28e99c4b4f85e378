"""Problem: why a call of the API is not carried out, as its answer says it."""

from collections.abc import Mapping

from backend.adapters.label_studio.http import Refused, Unreachable
from backend.advice import Advice
from backend.errors import NotThereError, PromptsError, ProviderAwayError, StoreAwayError

NO_EDITOR = "You may look at prompts here, not change or run them: ask for your e-mail to be added to PROMPTS_EDITORS."
ADVICE = {
    Advice.FEWER_EXAMPLES: "send a smaller 'max_few_shot_examples', or mark more.",
    Advice.RUN_ON_TRUTHS: "run it with 'project_subset': 'HasGT' first.",
    Advice.RUN_ON_SAMPLE: "run it with 'project_subset': 'Sample' first.",
    Advice.RUN_FIRST: "start a run of it first.",
    Advice.RUN_ON_ALL: "run it with 'project_subset': 'All' first.",
    Advice.CONNECT_OR_RUN: "start a run of the version with 'project_subset': 'All' first.",
    Advice.LIST_WRONG: "the results of a version with kind=wrong are the answers that differ from the ground truths.",
    Advice.RESUME: "Start a run on the same tasks: what is stored is not asked again.",
    Advice.RAISE_AND_RESUME: "Start a run on the same tasks next month (UTC), or once it is raised.",
    Advice.RESUME_REST: "Start a run on the same tasks to ask about the rest.",
    Advice.COLLECT_OR_CANCEL: "Start a run on the same tasks once the batch has ended, or cancel the run.",
    Advice.COMPLETE_PUSH: "Start a run on the same tasks to complete this: what is stored is not asked again.",
    Advice.CONNECT: "Have the connection lead there again, then start a run on the same tasks.",
    Advice.PUSH_AGAIN: "then start a run on the same tasks: what is stored is not asked again.",
    Advice.GIVE_PRICES: "give its connection the prices, or leave 'budget_usd' out.",
    Advice.NO_BUDGET: "or leave 'budget_usd' out.",
    Advice.LARGER_SEARCH: "refine it again with a larger 'budget_usd'.",
    Advice.SAVE_AGAIN: (
        "create another version with the same 'prompt' and use that. What is stored can still be read."
    ),
    Advice.ADD_CONNECTION: "see the list of connections, and create a version with one of them.",
    Advice.GIVE_ADDRESS: "send its address as 'endpoint'.",
    Advice.GIVE_ACCESS: "send a token as 'api_key'.",
    Advice.KEY_APART: "send the key as 'api_key'.",
    Advice.KEY_AGAIN: "send it again as 'api_key', so that it goes to another address only if you want that.",
    Advice.KEY_AFTER_CHANGE: "send the key again as 'api_key', or have the former SECRET_KEY set.",
}
"""How each advice is followed by a caller of the API: a field, or what to send."""


class Problem(Exception):
    """`status`: of the HTTP answer. 409 and 5xx are sent again by Label Studio's SDK, so neither is used for what will
    not pass by itself."""

    def __init__(self, status: int, sentence: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.headers = headers or {}


def problem_of(error: PromptsError) -> Problem:
    """How the API tells an error of the application."""
    sentence = error.notice.said_with(ADVICE)
    if isinstance(error, NotThereError):
        return Problem(404, sentence)
    if isinstance(error, Unreachable | StoreAwayError | ProviderAwayError):
        return Problem(503, sentence, {"Retry-After": "2"})
    if isinstance(error, Refused):
        return Problem(error.status if error.status in (401, 403, 404) else 400, sentence)
    return Problem(400, sentence)
