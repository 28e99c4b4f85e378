"""A model without its key answers nothing, and says why."""

import pytest

from backend.engine.unreachable_model import unreachable
from backend.errors import ProviderError, SettingsError
from tests.scripted import request, run


def test_each_request_ends_with_the_reason_and_at_once() -> None:
    async def asked() -> None:
        executor = unreachable(SettingsError("SOME_KEY is not set: export it."))
        for text in ("a", "b"):
            with pytest.raises(ProviderError, match="SOME_KEY is not set"):
                await executor.ask(request(text))
        await executor.close()

    run(asked())
