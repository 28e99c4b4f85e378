"""WarmUp: the first request to a model goes alone for a moment: what stops it for good stops the others unsent."""

import asyncio
import contextlib

from backend.errors import ProviderError

WARM_UP_S = 2.0


class WarmUp:
    """Lives on one event loop."""

    def __init__(self) -> None:
        self._gates: dict[str, asyncio.Future[None]] = {}

    async def wait(self, model: str) -> None:
        """Returns at once for the first request; for others when that one was answered, or took too long. Raises the
        ProviderError that it met."""
        gate = self._gates.get(model)
        if gate is None:
            self._gates[model] = asyncio.get_running_loop().create_future()
        elif not gate.done():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WARM_UP_S):  # wait_for of 3.11 may swallow a cancellation
                    await asyncio.shield(gate)

    def over(self, model: str, error: ProviderError | None = None) -> None:
        """Lets those through who wait; after an error none of them, and the next request is a first one again."""
        gate = self._gates.get(model)
        if error is not None:
            self._gates.pop(model, None)
        if gate is None or gate.done():
            return
        if error is None:
            gate.set_result(None)
        else:
            gate.set_exception(error)
            gate.exception()  # nobody may be waiting, which is no mistake
