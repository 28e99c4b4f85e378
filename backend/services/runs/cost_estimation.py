"""Cost estimation: what a run would take, before any money is spent, or after a small probe whose answers the run
reuses."""

import asyncio
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from backend.adapters.label_studio.client import LabelStudioClient
from backend.adapters.providers.tokenizer import encoder_for
from backend.domain.chat.judged import is_done
from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.dataset.subset import Subset
from backend.domain.outcome import Failure
from backend.domain.pictures.loading import shown_files
from backend.domain.prompts.version import PromptVersion
from backend.domain.runs.cost_estimate import (
    Estimate,
    ObservedUsage,
    cached_share,
    completion_tokens,
    observed,
    prompt_of,
    prompt_tokens,
    schema_of,
    tokens_per_character,
)
from backend.domain.task import Task
from backend.engine.sampling import ask_all
from backend.errors import SubsetError
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.dataset.task_selection import select_tasks
from backend.services.prompts.versions import Prompts
from backend.services.runs.task_labeler import TaskLabeler, closing

SAMPLE = 300
"""So many stored answers say enough about the next."""
MOST_PROBED = 1000
Stored = Mapping[str, Sequence[Completion]]
"""Attempts by digest."""
Requests = list[ChatRequest | Failure]
Select = Callable[[Sequence[Task], Requests], Requests]
"""Tasks and the requests about them -> those that count."""
MakeEstimator = Callable[[int, Select | None], "CostEstimator"]
"""Number of the model of a version, from 0."""


@dataclass(slots=True)
class RequestCounts:
    """What was counted so far.

    tasks_by_digest: how many tasks share each question that is left
    requests: how many requests are left for these questions; each sample counts
    prompts, examples, schemas: the sizes of these parts of the requests, in tokens with an encoder, else in characters
    drawn: some of the questions, at random
    """

    tasks: int = 0
    reused: int = 0
    requests: int = 0
    prompts: int = 0
    examples: int = 0
    schemas: int = 0
    tasks_by_digest: dict[bytes, int] = field(default_factory=dict)
    usages: list[ObservedUsage] = field(default_factory=list)
    drawn: list[ChatRequest] = field(default_factory=list)


class CostEstimator:
    """Of one version."""

    def __init__(
        self,
        studio: LabelStudioClient,
        prompts: Prompts,
        labeler: TaskLabeler,
        resolved: ResolvedVersion,
        select: Select | None = None,
    ) -> None:
        self.builder = labeler.builder(resolved)
        self.pricing = labeler.pricing
        self._select = select or (lambda _, requests: requests)
        self._studio = studio
        self._prompts = prompts
        self._labeler = labeler
        self._resolved = resolved
        self._encoder = encoder_for(resolved.version.model)
        self._pictures = bool(shown_files(resolved.schema.inputs, resolved.version.variables))

    def estimate(self, subset: Subset, probe: int = 0) -> Estimate:
        """`probe`: so many of the tasks are asked about first, and the answers kept. Raises SubsetError for a probe of
        fewer than 0 or too many tasks, ProviderError when it can't be sent."""
        if not 0 <= probe <= MOST_PROBED:
            raise SubsetError(f"A probe needs 1 to {MOST_PROBED:,} tasks: 20 are usually enough.")
        count = self._count(subset, probe)
        if count.drawn:
            asyncio.run(self._probe(count))
        own = count.usages or list(islice(self._past(self._resolved.version), SAMPLE))
        return self._estimate(count, own, own or self._relatives())

    def _count(self, subset: Subset, probe: int) -> RequestCounts:
        """Pages through the tasks; of those read before, only digests stay."""
        resolved, count, chance = self._resolved, RequestCounts(), random.Random(0)  # noqa: S311
        for page in self.builder.cut(select_tasks(self._studio, resolved, subset).pages):
            requests = self._select(page, [ask for _, ask in self.builder.requests(page)])
            stored = self.stored([request for request in requests if isinstance(request, ChatRequest)])
            count.tasks += len(requests)
            for request in requests:
                if isinstance(request, ChatRequest):
                    self._add(count, request, stored)
                    _draw(count, request, probe, chance)
        return count

    def _add(self, count: RequestCounts, request: ChatRequest, stored: Stored) -> None:
        left = _left(request, stored)
        if not left:
            count.reused += 1
            took = observed(request, stored[request.digest]) if len(count.usages) < SAMPLE else None
            count.usages += [took] if took else []
            return
        key = bytes.fromhex(request.digest)
        if key not in count.tasks_by_digest:
            self._grow(count, request, left)
        count.tasks_by_digest[key] = count.tasks_by_digest.get(key, 0) + 1

    def _grow(self, count: RequestCounts, request: ChatRequest, by: int) -> None:
        size = self._encoder.count if self._encoder else len
        count.requests += by
        count.prompts += by * size(prompt_of(request))
        count.examples += by * sum(size(text) for turn in request.example_turns for text in turn)
        count.schemas += by * size(schema_of(request))

    async def _probe(self, count: RequestCounts) -> None:
        """What it answers is stored, and so free from now on."""
        stored = self.stored(count.drawn)
        project, connection = self._resolved.project.id, self._resolved.version.connection
        async with closing(self._labeler.make_executor(project=project, connection=connection)) as executor:
            coroutines = [ask_all(executor, request, stored) for request in count.drawn]
            for request, results in zip(count.drawn, await asyncio.gather(*coroutines), strict=True):
                if all(result.failure is None for result in results):
                    took = observed(request, results[0].attempts)
                    count.usages += [took] if took else []
                    count.reused += count.tasks_by_digest.pop(bytes.fromhex(request.digest))
                    self._grow(count, request, -_left(request, stored))

    def _past(self, version: PromptVersion) -> Iterator[ObservedUsage]:
        """What earlier requests of a version took, on whatever tasks."""
        digests = dict(self._labeler.run_store.run_tasks.some(version.tag, SAMPLE))
        builder = self._labeler.builder(replace(self._resolved, version=version))
        for page in builder.cut(self._studio.tasks_by_id(self._resolved.project.id, sorted(digests))):
            requests = [ask for _, ask in builder.requests(page) if isinstance(ask, ChatRequest)]
            stored = self.stored(requests)
            usages = [observed(request, stored.get(request.digest, [])) for request in requests]
            yield from [usage for usage in usages if usage is not None]

    def _relatives(self) -> list[ObservedUsage]:
        """The same of the prompt's other versions with this model: their texts have as many characters per token."""
        current = self._resolved.version
        alike = [v for v in self._prompts.of(current.name) if v.reference == current.reference]
        others = [v for v in alike if v.number != current.number]
        return list(islice((usage for version in reversed(others) for usage in self._past(version)), SAMPLE))

    def stored(self, requests: list[ChatRequest]) -> Stored:
        return self._labeler.store.completions(list({s.digest for request in requests for s in request.samples}))

    def _estimate(self, count: RequestCounts, own: list[ObservedUsage], alike: list[ObservedUsage]) -> Estimate:
        """`own`: requests of this version; `alike`: of its model."""
        number = count.requests
        low, high = (1.0, 1.0) if self._encoder else tokens_per_character(alike)
        examples = (round(count.examples * low), round(count.examples * high))
        prompt = self._pictured(number, own) if self._pictures else self._counted(count, alike)
        low, high = completion_tokens(own)
        completion = (round(number * low), round(number * high))
        cost = prompt and self._costs(number, prompt, completion, cached_share(own))
        return Estimate(count.tasks, count.reused, prompt, completion, cost, self._tokenizer(own, alike), examples)

    def _counted(self, count: RequestCounts, alike: list[ObservedUsage]) -> tuple[int, int]:
        low, high = (1.0, 1.0) if self._encoder else tokens_per_character(alike)
        least = count.prompts + (count.schemas if alike and not self._encoder else 0)
        return round(least * low), round((count.prompts + count.schemas) * high)

    @staticmethod
    def _pictured(number: int, own: list[ObservedUsage]) -> tuple[int, int] | None:
        """From what the version's own requests took, which had pictures too: no text says what these take."""
        each = prompt_tokens(own)
        return (0, 0) if not number else each and (round(number * each[0]), round(number * each[1]))

    def _costs(
        self, number: int, prompt: tuple[int, int], completion: tuple[int, int], cached: float
    ) -> tuple[float, float] | None:
        low, high = (self._cost(number, *sizes) for sizes in zip(prompt, (cached, 0.0), completion, strict=True))
        return None if low is None or high is None else (low, high)

    def _cost(self, number: int, prompt: int, share: float, completion: int) -> float | None:
        """Of that many requests of average size: a price may depend on the size."""
        if not number:
            return 0.0
        mean = round(prompt / number)
        version = self._resolved.version
        price = self._labeler.pricing(version.model, version.connection)(
            mean, round(mean * share), round(completion / number)
        )
        return None if price is None else price * number

    def _tokenizer(self, own: list[ObservedUsage], alike: list[ObservedUsage]) -> str:
        if self._pictures:
            return f"from {len(own)} stored answers about files" if own else "without those of files, which are unknown"
        if self._encoder:
            return f"tiktoken ({self._encoder.name})"
        low, high = tokens_per_character(alike)
        ratio = f"{1 / high:.2g} to {1 / low:.2g} characters per token"
        return f"calibrated on {len(alike)} stored answers: {ratio}" if alike else f"default: {ratio}"


def _left(request: ChatRequest, stored: Stored) -> int:
    """How many of its samples are to be asked."""
    return sum(not is_done(sample, stored.get(sample.digest, ())) for sample in request.samples)


def _draw(count: RequestCounts, request: ChatRequest, most: int, chance: random.Random) -> None:
    """Keeps `most` of the requests left, each as likely as another (reservoir sampling, Vitter's algorithm R)."""
    if not most or count.tasks_by_digest.get(bytes.fromhex(request.digest)) != 1:
        return
    if len(count.drawn) < most:
        count.drawn.append(request)
    elif (index := chance.randrange(len(count.tasks_by_digest))) < most:
        count.drawn[index] = request
