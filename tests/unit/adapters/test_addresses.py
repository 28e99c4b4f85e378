"""No edge shows a password that stands in its address, whatever goes wrong with it."""

import asyncio
from collections.abc import Callable

import pytest

from backend.adapters.database.engine import open_database
from backend.adapters.label_studio.http import LabelStudioHttp
from backend.adapters.providers.chat_completions import ChatCompletions
from backend.adapters.providers.model_connection import ModelConnection
from backend.adapters.redis.queue import Queue
from backend.domain.outcome import Failure
from backend.errors import PromptsError, ProviderError
from tests.scripted import request

ADDRESSES = [
    "//me:QQ@127.0.0.1:1/x",
    "//127.0.0.1:1/x?password=QQ",
    "//127.0.0.1:1/x?api_key=QQ#QQ",
    "//QQ@127.0.0.1:1",
]
GARBAGE = ["QQ", "me:QQ@host", "ftp:QQ", "http//me:QQ@host", "://QQ"]


def ask(url: str) -> None:
    async def once() -> Failure:
        model = ChatCompletions(ModelConnection(url, "a key", 5))
        try:
            with pytest.raises(ProviderError) as refused:
                await model.describe("m")
            assert "QQ" not in str(refused.value)
            found = await model.complete(request(), 0)
            assert isinstance(found, Failure)
            return found
        finally:
            await model.close()

    raise ProviderError(asyncio.run(once()).detail)


EDGES: dict[str, tuple[str, Callable[[str], object]]] = {
    "record": ("postgresql+psycopg", open_database),
    "queue": ("redis", lambda url: Queue(url).waiting()),
    "studio": ("http", lambda url: LabelStudioHttp(url, "token").call("POST", "api/projects/")),
    "model": ("http", ask),
}


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("edge", EDGES)
def test_an_address_nobody_answers_at_is_told_without_its_secrets(edge: str, address: str) -> None:
    scheme, use = EDGES[edge]
    with pytest.raises(PromptsError) as told:
        use(f"{scheme}:{address}")
    assert "QQ" not in str(told.value)
    assert "127.0.0.1:1" in str(told.value) or edge == "model"  # a login in its address can never work


@pytest.mark.parametrize("garbage", GARBAGE)
@pytest.mark.parametrize("edge", EDGES)
def test_what_is_no_address_is_not_repeated(edge: str, garbage: str) -> None:
    with pytest.raises(PromptsError) as told:
        EDGES[edge][1](garbage)
    assert "QQ" not in str(told.value)
