"""A scripted model: it says what it was told to and remembers what it was asked. Plus small values to start from."""

import asyncio
import inspect
import json
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from math import log
from typing import Any, TypeVar
from xml.sax.saxutils import quoteattr

from hypothesis import strategies as st

from backend.domain.chat.request import ChatRequest, Completion, RequestTemplate
from backend.domain.chat.request_builder import RequestBuilder
from backend.domain.chat.request_resources import RequestResources
from backend.domain.few_shot.similarity import Embed
from backend.domain.labels.config import read_config
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Confidence, Failure
from backend.domain.pictures.loading import PictureSource
from backend.domain.prompts.version import PromptVersion
from backend.domain.task import Task

T = TypeVar("T")
Reply = str | Completion | Failure | Exception
any_text = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\udc80\udfff"))
"""Lone surrogates too; no pairs of them, which no JSON parser leaves standing."""
Script = Callable[[ChatRequest, int], Reply | Awaitable[Reply]]

CONFIG = """<View>
  <Text name="text" value="$text"/>
  <Choices name="mood" toName="text"><Choice value="Good"/><Choice value="Bad"/></Choices>
</View>"""
GOOD = '{"mood": "Good"}'
BROKEN = "I would say it is good."


class ScriptedModel:
    """`script`: replies in order, the last one again and again; or a function of the request and attempt.

    A reply is a text (a completion with that text), a Completion, a Failure, or an exception to raise. While `hold` is
    set to an Event, nothing is answered before that event is set.
    """

    def __init__(self, script: Sequence[Reply] | Script = (GOOD,)) -> None:
        self.requests: list[ChatRequest] = []
        self.attempts: list[int] = []
        self.hold: asyncio.Event | None = None
        self.in_flight = 0
        self.peak = 0
        self.closed = False
        self._script = script
        self._news = asyncio.Condition()

    @property
    def users(self) -> list[str]:
        """The users' messages it got, in order of arrival."""
        return [request.user for request in self.requests]

    async def complete(self, request: ChatRequest, attempt: int) -> Completion | Failure:
        self.requests.append(request)
        self.attempts.append(attempt)
        number = len(self.requests)
        self.in_flight += 1
        self.peak = max(self.peak, self.in_flight)
        try:
            async with self._news:
                self._news.notify_all()
            if self.hold is not None:
                await self.hold.wait()
            return await self._reply(request, attempt, number)
        finally:
            self.in_flight -= 1

    def body(self, request: ChatRequest) -> bytes:
        """Tells only where it would go."""
        return request.template.base_url.encode()

    async def close(self) -> None:
        self.closed = True

    async def arrived(self, number: int) -> None:
        """Returns when that many requests have arrived."""
        async with self._news:
            await self._news.wait_for(lambda: len(self.requests) >= number)

    async def _reply(self, request: ChatRequest, attempt: int, number: int) -> Completion | Failure:
        if callable(self._script):
            made = self._script(request, attempt)
            reply: Reply = await made if inspect.isawaitable(made) else made
        else:
            reply = self._script[min(number, len(self._script)) - 1]
        if isinstance(reply, Exception):
            raise reply
        return completion(reply, request.digest, attempt) if isinstance(reply, str) else reply


def run(coroutine: Coroutine[Any, Any, T], seconds: float = 20) -> T:
    """Runs a test's coroutine; a deadlock fails it instead of hanging the suite."""
    return asyncio.run(asyncio.wait_for(coroutine, seconds))


def completion(text: str = GOOD, digest: str = "d" * 64, attempt: int = 0, **changed: Any) -> Completion:
    plain = Completion(digest, attempt, "some-model", text, "stop", False, 10, 5, 0, 0.25)
    return replace(plain, **changed)


def tokens(*pieces: tuple[str, float]) -> Completion:
    """A completion that consists of these tokens; each comes with its probability."""
    return completion("".join(token for token, _ in pieces), logprobs=tuple((t, log(p)) for t, p in pieces))


def sure_of(joint: float | None, controls: Mapping[str, float] | None = None) -> Confidence | None:
    return None if joint is None else Confidence(joint, controls or {})


def choices(*labels: str, name: str = "mood", choice: str = "single", inside: str = "") -> LabelSchema:
    """The schema of one <Choices> with these labels; `inside`: more attributes."""
    listed = "".join(f"<Choice value={quoteattr(label)}/>" for label in labels)
    return read_config(
        f'<View><Text name="text" value="$text"/><Choices name={quoteattr(name)} toName="text" choice="{choice}"'
        f" {inside}>{listed}</Choices></View>"
    )


def version(template: str = "How is this? {text}", schema: LabelSchema | None = None, **changed: Any) -> PromptVersion:
    schema = schema or read_config(CONFIG)
    plain = PromptVersion("mood", 1, 7, template, "some-model", schema.variables, schema.digest, {"temperature": 0})
    return replace(plain, **changed)


def at(url: str, embed: Embed | None = None, pictures: PictureSource | None = None) -> RequestResources:
    """Every connection's model is at this address."""
    return RequestResources(lambda _: url, embed, pictures)


def builder(schema: LabelSchema | None = None, **changed: Any) -> RequestBuilder:
    schema = schema or read_config(CONFIG)
    return RequestBuilder(version(schema=schema, **changed), schema, at("http://model.test/v1"))


def request(text: str = "I love it", **changed: Any) -> ChatRequest:
    """The request about a task with this text, under CONFIG."""
    made = builder(**changed).request(Task(1, {"text": text}))
    assert isinstance(made, ChatRequest)
    return made


def template(**changed: Any) -> RequestTemplate:
    plain = RequestTemplate("http://model.test/v1", "some-model", {"temperature": 0}, "Label it.", read_config(CONFIG))
    return replace(plain, **changed)


def tasks(number: int, first: int = 1) -> list[Task]:
    return [Task(task_id, {"text": f"text {task_id}"}) for task_id in range(first, first + number)]


def some(value: T | None) -> T:
    """The value, which a test knows to be there."""
    assert value is not None
    return value


def answer(**values: Any) -> str:
    return json.dumps(values)
