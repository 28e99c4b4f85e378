"""UnreachableModel: a model of a cascade that cannot be asked, because its key is not here. The other model is asked in
its place."""

from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.outcome import Failure
from backend.engine.failure_handling import IMPATIENT
from backend.engine.request_executor import RequestExecutor
from backend.errors import PromptsError, ProviderError


class UnreachableModel:
    """A RecordedModel. `why`: raised for each request, as by a server that refuses the key."""

    def __init__(self, why: PromptsError) -> None:
        self._why = why

    async def complete(self, _request: ChatRequest, _attempt: int) -> Completion | Failure:
        raise ProviderError(str(self._why))

    def write(self, _completions: list[Completion]) -> None:
        """There are none."""

    async def close(self) -> None:
        """Nothing is open."""


def unreachable(why: PromptsError) -> RequestExecutor:
    return RequestExecutor(UnreachableModel(why), 1, failures=IMPATIENT)
