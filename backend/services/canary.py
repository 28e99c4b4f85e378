"""Canary: asks stored requests of a version again. The stored answers stay, and the new answers are stored under other
digests."""

import asyncio
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import nsmallest

from backend.adapters.database.canaries import CanaryStore
from backend.adapters.label_studio.client import LabelStudioClient
from backend.adapters.providers.request_format import largest
from backend.advice import Advice
from backend.domain.canary import REQUESTS, Canary, Reasked, canary_of, needs_second, odd_one_out
from backend.domain.chat.judged import judge
from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.hashing import digest
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Rejection, total_usd
from backend.domain.resolution.pricing import Pricing, cost_of, priced_as
from backend.engine.budgets.budget_rules import CAP, check_budget, known_price
from backend.engine.request_executor import RequestExecutor
from backend.errors import RunError
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.runs.task_labeler import TaskLabeler, closing

TIMES = 2
"""How often each is asked at most."""


@dataclass(frozen=True, slots=True)
class StoredRequest:
    """A request and the first answer to it."""

    request: ChatRequest
    answer: Completion


@dataclass(frozen=True, slots=True)
class CanaryPlan:
    """What to ask. `usd`: about what it costs to ask all of them once; None if it is not known"""

    version: ResolvedVersion
    requests: tuple[StoredRequest, ...]
    usd: float | None


@dataclass(frozen=True, slots=True)
class CanaryResult:
    """unanswered: how many requests got no answer now
    models_then, models_now: the names that the server gave to the model
    """

    version: str
    canary: Canary
    unanswered: int
    models_then: tuple[str, ...]
    models_now: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CanaryRunner:
    """`store`: keeps what canaries found."""

    studio: LabelStudioClient
    labeler: TaskLabeler
    store: CanaryStore

    def plan(self, resolved: ResolvedVersion, budget: float | None = None) -> CanaryPlan:
        """The requests whose digests are the lowest, which is as good as random and the same each time. Of a cascade
        its first model is asked, of several samples the first.

        budget: USD that may be spent at most
        Raises RunError without stored answers, or if it might cost more; SettingsError for a budget without prices.
        """
        first = replace(resolved, version=resolved.version.steps[0])
        version, tag = first.version, first.version.tag
        pricing = priced_as(self.labeler.pricing, version.model)
        check_budget(budget, version.model, version.connection, pricing)
        chosen = tuple(self._stored(first, budget))
        if not chosen:
            sentence = f"{tag} has no stored answer whose request would be the same now:"
            raise RunError(sentence, Advice.RUN_FIRST, tag=tag)
        _check_most(chosen, budget, pricing)
        usd = total_usd(cost_of(replace(stored.answer, batch=False), pricing) for stored in chosen)
        return CanaryPlan(first, chosen, usd)

    def ask(self, plan: CanaryPlan) -> CanaryResult:
        """Asks, and keeps what it found. Raises RunError if nothing was answered, else what the model's server does."""
        reasked, answers = asyncio.run(self._ask(plan))
        if not reasked:
            raise RunError(f"None of {len(plan.requests)} requests was answered: try again later.")
        canary = canary_of(reasked)
        self.store.add(plan.version.version, canary)
        models_then = tuple(sorted({stored.answer.model for stored in plan.requests}))
        models_now = tuple(sorted({answer.model for answer in answers}))
        unanswered = len(plan.requests) - len(reasked)
        return CanaryResult(plan.version.version.tag, canary, unanswered, models_then, models_now)

    def _stored(self, resolved: ResolvedVersion, budget: float | None) -> Iterator[StoredRequest]:
        pages = self.labeler.run_store.run_tasks.of_version(resolved.version.tag)
        run_requests = ((ask.digest, ask.task_id) for page in pages for ask in page if ask.digest)
        lowest = dict(nsmallest(TIMES * REQUESTS, run_requests))
        builder = self.labeler.builder(resolved, attempts=1, cap=None if budget is None else CAP)
        by_digest: dict[str, ChatRequest] = {}
        for page in builder.cut(self.studio.tasks_by_id(resolved.project.id, sorted(lowest.values()))):
            requests = (ask.samples[0] for _, ask in builder.requests(page) if isinstance(ask, ChatRequest))
            by_digest |= {request.digest: request for request in requests if request.digest in lowest}
        answers = self.labeler.store.completions(list(by_digest))
        for name in sorted(answers)[:REQUESTS]:
            yield StoredRequest(by_digest[name], answers[name][0])

    async def _ask(self, plan: CanaryPlan) -> tuple[list[Reasked], list[Completion]]:
        version, name = plan.version.version, secrets.token_hex(8)
        make = self.labeler.make_executor
        async with closing(make(project=plan.version.project.id, connection=version.connection)) as executor:
            firsts = await _answers(executor, plan.requests, [name, 1])
            pairs = [(stored, first) for stored, first in zip(plan.requests, firsts, strict=True) if first is not None]
            comparison = _Comparison(plan.version.schema)
            once = [comparison.once(stored, first) for stored, first in pairs]
            answers = [first for _, first in pairs]
            if not needs_second(once):
                return once, answers
            seconds = await _answers(executor, [stored for stored, _ in pairs], [name, 2])
        both = zip(pairs, once, seconds, strict=True)
        return [comparison.twice(*pair, single, second) for pair, single, second in both], answers


async def _answers(
    executor: RequestExecutor, stored: Sequence[StoredRequest], name: list[str | int]
) -> list[Completion | None]:
    """New first answers, under digests of their own. None where there is none."""
    requests = [item.request for item in stored]
    again = [replace(request, stands_for=digest(["canary", *name, request.digest])) for request in requests]
    results = await asyncio.gather(*(executor.ask(request) for request in again))
    return [result.attempts[0] if result.attempts else None for result in results]


@dataclass(frozen=True, slots=True)
class _Comparison:
    schema: LabelSchema

    def once(self, stored: StoredRequest, first: Completion) -> Reasked:
        return Reasked(not self._same(stored, stored.answer, first))

    def twice(self, stored: StoredRequest, first: Completion, single: Reasked, second: Completion | None) -> Reasked:
        if second is None:
            return single
        again = self._same(stored, stored.answer, second)
        return replace(single, odd=odd_one_out(not single.changed, again, self._same(stored, first, second)))

    def _same(self, stored: StoredRequest, first: Completion, second: Completion) -> bool:
        """Two answers that cannot be used are the same."""
        spec = stored.request.template.spec
        verdicts = [judge([answer], spec).verdict for answer in (first, second)]
        usable = [verdict for verdict in verdicts if verdict is not None and not isinstance(verdict, Rejection)]
        return not usable or (len(usable) == len(verdicts) and self.schema.equal(*usable))


def _check_most(chosen: Sequence[StoredRequest], budget: float | None, pricing: Pricing) -> None:
    if budget is None:
        return
    templates = ((stored.request, stored.request.template) for stored in chosen)
    prices = (known_price(pricing, made.model, made.connection, *largest(request)) for request, made in templates)
    if (most := TIMES * sum(prices)) > budget:
        raise RunError(
            f"Asking {len(chosen)} requests again might cost up to {most:.2g} USD, so nothing was asked:",
            Advice.RAISE_BUDGET,
        )
