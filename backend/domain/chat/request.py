"""Requests: the messages, the answer schema and the digest.

Instructions and label definitions come first and are the same for every task, then examples, if there are any, and the
task's text last, so that a provider's prefix cache works. The constant part is a RequestTemplate, which is made once; a
ChatRequest adds the rest.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

from backend.domain.chat.answer_length import is_length_free, most_tokens
from backend.domain.chat.user_message import digest_parts, parts_of
from backend.domain.connections.connection import DEFAULT
from backend.domain.hashing import canonical, numbered
from backend.domain.outcome import Failure

if TYPE_CHECKING:
    from backend.domain.chat.answer_spec import AnswerSpec
    from backend.domain.chat.branch import Branch
    from backend.domain.chat.user_message import Message
    from backend.domain.few_shot.messages import Turn
    from backend.domain.picture import Attachment, PlacedAttachment

MAX_ATTEMPTS = 2
"""A malformed answer is asked for once more; the first usable attempt counts."""


@dataclass(frozen=True)
class RequestTemplate:
    """The parts that all requests of a version share. Not in the digest: `attempts`, `cap`, `samples` and
    `connection`, so that a stored answer counts under another key too.

    spec: what is wanted back
    logprobs: whether to ask for log-probabilities of tokens
    attempts: how many answers a request may get before it is given up
    cap: most tokens a completion may have, in addition to the parameters (see docs/adr/0057)
    samples: how often each task is asked about
    connection: name of the one through which the server is asked
    """

    base_url: str
    model: str
    parameters: Mapping[str, Any]
    system: str
    spec: "AnswerSpec"
    logprobs: bool = True
    attempts: int = MAX_ATTEMPTS
    cap: int | None = None
    samples: int = 1
    connection: str = DEFAULT

    @cached_property
    def answer_schema(self) -> dict[str, Any]:
        return self.spec.json_schema()

    @property
    def branches(self) -> bool:
        """Whether to ask for the tokens that might have been said instead. It is not in the digest."""
        return self.logprobs and bool(self.spec.allowed)

    @cached_property
    def bound(self) -> int | None:
        """The most tokens an answer can have; None if unknown, if the model is asked to think aloud, or if the
        parameters set one."""
        return None if is_length_free(self.parameters) else most_tokens(self.answer_schema)

    @cached_property
    def _digest(self) -> "hashlib._Hash":
        parts = [self.base_url, self.model, dict(self.parameters), self.system, self.answer_schema, self.logprobs]
        return hashlib.sha256(canonical(parts))


@dataclass(frozen=True)
class ChatRequest:
    """One request: the template and the user's message, with examples before it.

    pictures: those in the user's message, in its order
    sample: number of the sample, from 0; requests for several samples differ only in it
    orders: the message in both orders of what is compared; () where one order is asked
    stands_for: digest of the request of which this is another form; "" for a request of its own
    then: the request to the second model of a cascade; None without one. Not in the digest
    """

    template: RequestTemplate
    user: str
    sample: int = 0
    example_turns: tuple["Turn", ...] = ()
    pictures: tuple["PlacedAttachment", ...] = ()
    orders: tuple["Message", ...] = ()
    stands_for: str = ""
    then: "ChatRequest | None" = None

    @property
    def parts(self) -> "list[str | Attachment]":
        """The user's message in pieces: texts, of which none is empty, and what is shown."""
        return parts_of((self.user, self.pictures))

    @property
    def messages(self) -> list[dict[str, str]]:
        """For people: a line says of each picture which it is."""
        turns = [pair for turn in self.example_turns for pair in zip(("user", "assistant"), turn, strict=True)]
        spoken = [("system", self.template.system), *turns, ("user", "".join(map(str, self.parts)))]
        return [{"role": role, "content": content} for role, content in spoken]

    @property
    def texts(self) -> str:
        """All texts of tasks in the request."""
        return "\n".join([*chain.from_iterable(self.example_turns), self.user]) if self.example_turns else self.user

    @cached_property
    def digest(self) -> str:
        """The digest under which its completions are stored: 64 characters."""
        if self.stands_for:
            return self.stands_for
        state = self.template._digest.copy()
        state.update(json.dumps(digest_parts(self.orders or [(self.user, self.pictures)], self.example_turns)).encode())
        return numbered(state.hexdigest(), self.sample)

    @property
    def samples(self) -> "tuple[ChatRequest, ...]":
        """All requests about its task, this one first. Their completions together become the outcome."""
        return self._made_of_it if self.orders else (self, *self._made_of_it)

    @cached_property
    def _made_of_it(self) -> "tuple[ChatRequest, ...]":
        """Without itself: a request that held itself would stay in memory until the garbage collector finds it."""
        if self.orders:
            orders = enumerate(self.orders)
            return tuple(replace(self, sample=n, user=user, pictures=attachments) for n, (user, attachments) in orders)
        return tuple(replace(self, sample=number) for number in range(1, self.template.samples))

    @property
    def all_samples(self) -> "tuple[ChatRequest, ...]":
        """With those to the second model of a cascade, which may never be asked."""
        return (*self.samples, *(self.then.samples if self.then else ()))


@dataclass(frozen=True, slots=True)
class Completion:
    """A stored answer of a model.

    attempt: number of the answer to the same request, from 0
    seconds: latency
    logprobs: the tokens of `text` in order with their natural log-probabilities; None if there are none
    batch: whether it came by the batch endpoint, at its price and without a latency
    elsewhere: the server's name for the part of its message that holds the text, if `text` is empty
    connection: name of the one through which it was paid for
    branches: what else might have been said where labels branch; None if the server did not tell
    """

    digest: str
    attempt: int
    model: str
    text: str
    finish_reason: str
    refused: bool
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    seconds: float
    logprobs: Sequence[tuple[str, float]] | None = None
    batch: bool = False
    elsewhere: str | None = None
    connection: str = DEFAULT
    branches: Sequence["Branch"] | None = None


PlannedRequests = list[tuple[int, ChatRequest | Failure]]
"""Task ids and what is to be asked about them."""
