"""`python -m benchmarks.scale.model PORT`: a model's server that takes a tenth of the CPU of `demo.stand_in`.

It gives each request the next of 64 answers, which `demo.stand_in` gave to the first requests, so their bytes are real
and belong to other tasks. It counts requests, and remembers none of them.
"""

import asyncio
import json
import sys

from benchmarks.expected import expected
from demo.stand_in.answer import answer
from demo.stand_in.ask import read_ask
from demo.stand_in.completion import completion
from demo.stand_in.prompt import estimates
from demo.stand_in.switches import Switches

DIFFERENT = 64
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"


class LightModel:
    def __init__(self) -> None:
        self.requests = 0
        self._answers: list[bytes] = []

    def reply(self, line: bytes, body: bytes) -> bytes:
        """line: the first of the request"""
        if line.startswith(b"POST /v1/chat/completions"):
            self.requests += 1
            return self._answer(body)
        return _framed(json.dumps({"requests": self.requests}).encode())

    def _answer(self, body: bytes) -> bytes:
        if len(self._answers) < DIFFERENT:
            ask = read_ask(body, Switches())
            said = answer(estimates(ask.messages, ask.schema), weighed=ask.logprobs)
            self._answers.append(_framed(completion(ask, [said] * ask.choices, f"answer-{self.requests}")))
        return self._answers[self.requests % len(self._answers)]


class ClientProtocol(asyncio.Protocol):
    """One client, which sends the next request when it has read the answer to the last."""

    def __init__(self, model: LightModel) -> None:
        self._model = model
        self._got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = expected(transport, asyncio.Transport)

    def data_received(self, data: bytes) -> None:
        self._got = self._got + data if self._got else data
        head, found, body = self._got.partition(b"\r\n\r\n")
        if found and len(body) >= _length(head):
            self._got = b""
            self._transport.write(self._model.reply(head, body))


def _length(head: bytes) -> int:
    """Of the body."""
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    return int(rest.partition(b"\r\n")[0]) if found else 0


def _framed(body: bytes) -> bytes:
    return HEAD % (len(body), body)


async def serve(port: int) -> None:
    model = LightModel()
    server = await asyncio.get_running_loop().create_server(lambda: ClientProtocol(model), "127.0.0.1", port)
    print(f"listening on http://127.0.0.1:{port}/", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
