"""The embeddings endpoint: one vector for each text, in the texts' order, or a sentence that says there is none."""

import gc
import json
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from typing import Any

import pytest

from backend.adapters.providers.batch_api import BatchApi
from backend.adapters.providers.embeddings_api import EmbeddingApi
from backend.adapters.providers.model_connection import ModelConnection
from backend.errors import ProviderError
from tests.answering import QuietHandler


class Endpoint(ThreadingHTTPServer):
    daemon_threads = True
    answer: Any = None
    asked: Any = None


class EndpointHandler(QuietHandler):
    server: Endpoint

    def do_POST(self) -> None:
        self.server.asked = json.loads(self.received())
        self.answer(json.dumps(self.server.answer).encode())


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint(("127.0.0.1", 0), EndpointHandler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def vectors(endpoint: Endpoint, answer: Any, *texts: str) -> list[bytes]:
    endpoint.answer = answer
    return EmbeddingApi(ModelConnection(f"http://127.0.0.1:{endpoint.server_port}/v1", "key", 5)).vectors("m", texts)


def data(*found: tuple[int, list[Any]]) -> Any:
    return {"data": [{"index": index, "embedding": vector} for index, vector in found]}


def test_vectors_come_in_the_order_of_the_texts(endpoint: Endpoint) -> None:
    one, other = vectors(endpoint, data((1, [2.0]), (0, [1.0])), "a", "b")
    assert (one.hex(), other.hex()) == ("0000803f", "00000040")


def test_a_lone_surrogate_ends_nothing(endpoint: Endpoint) -> None:
    vectors(endpoint, data((0, [1.0])), "a\ud800b")
    assert endpoint.asked["input"] == ["a?b"]


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        {"data": None},
        data(),
        data((0, [1.0])),
        data((0, []), (1, [])),
        data((0, [1.0]), (0, [2.0])),
        data((1, [1.0]), (2, [2.0])),
        data((0, [1.0]), (1, [1.0, 2.0])),
        data((0, [float("nan")]), (1, [1.0])),
        data((0, [1e300]), (1, [1.0])),
        data((0, ["x"]), (1, ["y"])),
    ],
)
def test_anything_else_is_no_answer(endpoint: Endpoint, answer: Any) -> None:
    with pytest.raises(ProviderError, match="did not answer with embeddings"):
        vectors(endpoint, answer, "a", "b")


@pytest.mark.slow
@pytest.mark.parametrize("kind", [EmbeddingApi, BatchApi])
def test_its_connections_are_closed_when_nobody_has_it_any_more(kind: Any) -> None:
    api = kind(ModelConnection("http://127.0.0.1:1/v1", "key", 5))
    client = api._client._client
    assert not client.is_closed
    del api
    gc.collect()
    assert client.is_closed
