"""Confidence of a real model's labels against the distribution that its server, llama.cpp, itself masks.

The server masks only where the first token it draws is not allowed, so a bias on a forbidden token makes it draw that
one; `post_sampling_probs` then tells the probabilities under the grammar. Left out without `make local-model`.
"""

import json
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy

from backend.adapters.providers.request_format import RequestFormat
from backend.adapters.providers.response import to_reply
from backend.adapters.providers.rivals import branches_in
from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.chat.request_builder import RequestBuilder
from backend.domain.chat.request_resources import RequestResources
from backend.domain.chat.value_places import value_spans
from backend.domain.labels.config import read_config
from backend.domain.prompts.version import PromptVersion
from backend.domain.resolution.branch_confidence import weighed
from backend.domain.resolution.logprob_confidence import WIDEST
from backend.domain.task import Task
from benchmarks.expected import expected
from benchmarks.trust.label_confidence import Row
from demo import services

LABELS = ("Abbreviation", "Entity", "Description", "Human", "Location", "Number")
PROMPT = "Which kind of answer does this question ask for?\n\n{text}"
QUESTIONS = (
    "What does NASA stand for?",
    "Who wrote the first dictionary?",
    "Where is the highest waterfall?",
    "How many bones does a hand have?",
    "What is photosynthesis?",
    "Which animal sleeps standing up?",
    "Who painted the ceiling of the chapel?",
    "When did the first train run?",
    "What colour is a giraffe's tongue?",
    "Why do leaves fall in autumn?",
    "What is the capital of Peru?",
    "How far is it to the moon?",
    "What does CPU mean?",
    "Which country has the most lakes?",
    "Who was the first woman in space?",
    "How does a compass work?",
    "What instrument has 88 keys?",
    "How old is the oldest tree?",
    "What is the meaning of the word 'serene'?",
    "Where do penguins live?",
    "What does HTML stand for?",
    "Who invented the telephone?",
    "Which river flows through Vienna?",
    "How many strings does a violin have?",
    "What is a solstice?",
    "Which metal is liquid at room temperature?",
    "Who discovered penicillin?",
    "When did the first man walk on the moon?",
    "What language is spoken in Brazil?",
    "Why is the sea salty?",
    "What is the largest desert?",
    "How tall is the tallest tower?",
    "What does GPS mean?",
    "Which country invented paper?",
    "Who was the first emperor of Rome?",
    "How does a vaccine work?",
    "What fruit is wine made of?",
    "How long does an elephant live?",
    "What is an eclipse?",
    "Where was chess invented?",
)
_FORBIDDEN = "\n"
_TOLD = 200


def real_confidence(_rng: Any) -> Iterator[Row]:
    """Of the labels that a small model gives to questions."""
    if not services.LOCAL_PYTHON.exists():
        yield "confidence from llama.cpp's own masked distribution", "n/a: make local-model", "within 0.05"
        return
    with (
        TemporaryDirectory() as folder,
        services.local_model(services.free_port(), log=Path(folder) / "server.log") as server,
    ):
        gaps = list(_gaps(server.url))
    points = numpy.array([(point, product, exact) for point, _, product, exact in gaps])
    known = points[[narrow for _, narrow, _, _ in gaps]]
    (ours, product, exact), (every, _, all_exact) = known.T, points.T
    gap, former = (f"{abs(one - exact).mean():.3f}" for one in (ours, product))
    yield "confidence from llama.cpp's own masked distribution", f"{gap} (product {former})", "within 0.05"
    yield "  the most, and answers with a confidence", f"{abs(ours - exact).max():.3f}, {len(known)} of {len(gaps)}", ""
    yield "  of all answers, had the others one", f"{abs(every - all_exact).mean():.3f}", "within 0.05"


def _gaps(url: str) -> Iterator[tuple[float, bool, float, float]]:
    """For each question: confidence, whether its interval is narrow enough to be one, product of the value's tokens,
    and probability under the mask."""
    choices = "".join(f'<Choice value="{label}"/>' for label in LABELS)
    config = f'<View><Text name="t" value="$text"/><Choices name="kind" toName="t">{choices}</Choices></View>'
    schema = read_config(config)
    version = PromptVersion("p", 1, 1, PROMPT, services.LOCAL_MODEL, ("text",), schema.digest, {"temperature": 0})
    builder = RequestBuilder(version, schema, RequestResources(lambda _: f"{url}/v1"))
    for number, question in enumerate(QUESTIONS):
        request = expected(builder.request(Task(number, {"text": question})), ChatRequest)
        body = _asked(f"{url}/v1/chat/completions", RequestFormat().body(request))
        reply = expected(to_reply("", services.LOCAL_MODEL, body), Completion)
        yield _gap(url, request, replace(reply, branches=branches_in(body, request, reply)))


def _gap(url: str, request: ChatRequest, reply: Completion) -> tuple[float, bool, float, float]:
    place = value_spans(reply.text)["kind"]
    values = request.template.spec.allowed["kind"]
    found = weighed(reply.text, place, reply.branches or (), values)
    if found is None:
        raise SystemExit("The model's server did not tell the answer's own tokens.")
    tokens, start, product = reply.logprobs or (), 0, 0.0
    for token, logprob in tokens:
        product += logprob if place[0] < start + len(token) and start < place[1] else 0.0
        start += len(token)
    return (
        found.point,
        found.high - found.low <= WIDEST,
        float(numpy.exp(product)),
        _masked(url, request, reply.text[: place[0] + 1], json.loads(reply.text)["kind"]),
    )


def _masked(url: str, request: ChatRequest, before: str, label: str) -> float:
    """The probability of `label` behind `before`. All labels begin with letters of their own."""
    prompt = _asked(f"{url}/apply-template", json.dumps({"messages": request.messages}).encode())["prompt"]
    grammar = "root ::= " + " | ".join(json.dumps(f'{one}"') for one in LABELS)
    body = {
        "prompt": prompt + before,
        "grammar": grammar,
        "n_predict": 1,
        "n_probs": _TOLD,
        "post_sampling_probs": True,
        "logit_bias": [[_FORBIDDEN, 100.0]],
        "temperature": 1.0,
        "top_k": 0,
        "top_p": 1.0,
        "min_p": 0.0,
        "samplers": ["temperature"],
    }
    told = _asked(f"{url}/completion", json.dumps(body).encode())["completion_probabilities"][0]["top_probs"]
    own = (one["prob"] for one in told if one["token"] and label.startswith(one["token"].strip('"')))
    return float(sum(own))


def _asked(url: str, body: bytes) -> Any:
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=300) as answer:
        return json.load(answer)
