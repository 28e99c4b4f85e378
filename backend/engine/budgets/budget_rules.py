"""Budget rules: the most USD a run may spend, what a budget needs, and what is said when it is used up."""

from math import inf

from backend.advice import Advice
from backend.domain.connections.connection import RESERVED
from backend.domain.prompts.version import PromptVersion
from backend.domain.resolution.pricing import Pricing
from backend.domain.runs.run import Run
from backend.domain.runs.stop_reason import StopKind
from backend.errors import RunError, SettingsError

CAP = 4096
"""Most tokens of a completion under a budget, unless the version's own max_tokens says less."""


class OverBudget(RunError):
    """The next request might cost more than is left."""


class AboveBudget(OverBudget):
    """A request might cost more than the whole budget, so that it never fits, however little is spent.

    usd: the most it may cost
    budget: the whole budget, in USD
    """

    def __init__(self, usd: float, budget: float) -> None:
        super().__init__(
            f"One request about it may cost up to {usd:.2g} USD, more than the whole budget of {budget:.2g} USD: run "
            "it with a larger one, or without."
        )


class MonthUsedUp(RunError):
    """The monthly budget of a connection is used up."""

    def __init__(self, connection: str, advice: Advice | None = Advice.RAISE_MONTH, **details: object) -> None:
        self.connection = connection
        super().__init__(
            f"The monthly budget of connection '{connection}' is used up, or too little is left for the next request; "
            "the answers are kept.",
            advice,
            connection=connection,
            **details,
        )


class UnknownPriceError(SettingsError):
    """A budget cannot be kept, because the model has no price."""


def check_budget(budget: float | None, model: str, connection: str, pricing: Pricing) -> None:
    """Raises RunError for an invalid budget, SettingsError if the model's price is unknown."""
    if budget is None:
        return
    if not 0 < budget < inf:
        raise RunError("A budget must be a number of USD above 0, like 5.")
    known_price(pricing, model, connection, 1, 1)


def asks_embeddings(version: PromptVersion) -> bool:
    """Whether it asks for embeddings, whose cost is not counted."""
    return version.examples is not None and version.examples.embed is not None


def check_embeddings(budget: float | None, version: PromptVersion) -> None:
    """Raises RunError for a budget that a version could exceed unnoticed: the cost of embeddings is not counted."""
    if budget is not None and asks_embeddings(version):
        raise RunError(
            f"The embeddings that {version.tag} asks for do not count towards a budget: leave the budget out, or save "
            "the prompt without embeddings."
        )


def check_larger(budget: float | None, run: Run) -> None:
    """Raises RunError if `run` stopped at its budget and gets no larger one."""
    if run.stop is StopKind.BUDGET and run.budget is not None and (budget or 0) <= run.budget:
        raise RunError(f"Run {run.id} stopped at its budget of {run.budget:g} USD:", Advice.LARGER_BUDGET, run=run.id)


def least(*budgets: float | None) -> float | None:
    """The smallest budget in USD; None when there is none."""
    return min((budget for budget in budgets if budget is not None), default=None)


def known_price(pricing: Pricing, model: str, connection: str, prompt: int, completion: int) -> float:
    """USD of a request of that size. Raises UnknownPriceError if the price is unknown."""
    price = pricing(model, connection)(prompt, 0, completion)
    if price is None:
        unknown = f"The price of model '{model}' is unknown, so no budget can be kept"
        size = "USD per million tokens; 0 for a model on a machine of your own"
        if connection in RESERVED:
            raise UnknownPriceError(f"{unknown}: set PRICE_IN and PRICE_OUT ({size}),", Advice.NO_BUDGET)
        raise UnknownPriceError(f"{unknown} ({size}):", Advice.GIVE_PRICES, connection=connection)
    return price


def stopped(run: Run) -> OverBudget:
    return OverBudget(
        f"Run {run.id} stopped at its budget of {run.budget or 0:g} USD; its answers are kept:",
        Advice.LARGER_BUDGET,
        run=run.id,
    )
