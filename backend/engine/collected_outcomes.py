"""CollectedOutcomes: the outcomes so far of the tasks of one call, for a caller that does not wait for all of them."""

from collections.abc import Callable

from backend.domain.chat.request import ChatRequest, PlannedRequests
from backend.domain.outcome import Outcome


class CollectedOutcomes:
    """`add` and `plan` are the Sink and the Plan of a Predictor.

    note: is told the digests of all requests before one is sent
    outcomes: by task
    digests: of the requests about each task
    """

    def __init__(self, note: Callable[[list[str]], None]) -> None:
        self.outcomes: dict[int, Outcome] = {}
        self.digests: dict[int, list[str]] = {}
        self._note = note

    async def add(self, settled: list[Outcome]) -> None:
        self.outcomes.update({outcome.task_id: outcome for outcome in settled})

    def plan(self, planned: PlannedRequests) -> None:
        requests = {task: ask for task, ask in planned if isinstance(ask, ChatRequest)}
        digests = {task: [sample.digest for sample in ask.all_samples] for task, ask in requests.items()}
        self.digests.update(digests)
        self._note([digest for some in digests.values() for digest in some])
