"""Confidence against the truth: the stand-in knows the exact probability of each of its answers."""

import json
from collections.abc import Iterator, Mapping
from math import prod
from pathlib import Path
from random import Random

from backend.domain.answer import Answer
from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.chat.request_builder import RequestBuilder
from backend.domain.chat.request_resources import RequestResources
from backend.domain.labels.config import read_config
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Outcome
from backend.domain.prompts.version import PromptVersion
from backend.domain.resolution.resolve import resolve
from backend.domain.task import Task
from benchmarks.expected import expected
from demo.stand_in.answer import answer
from demo.stand_in.prompt import distribution, estimates

MESSAGES = Path(__file__).resolve().parent.parent / "demo" / "data" / "tasks.json"
TOPICS = ("Delivery", "Delivery time", "Delivery address", "Refund", "Refund request", "Praise")


def config(*controls: str) -> str:
    """With labels of which some begin like others; a control is `single` or `multiple`."""
    choices = "".join(f'<Choice value="{topic}"/>' for topic in TOPICS)
    listed = (f'<Choices name="c{n}" toName="t" choice="{how}">{choices}</Choices>' for n, how in enumerate(controls))
    return f'<View><Text name="t" value="$text"/>{"".join(listed)}</View>'


CONFIGS = {
    "one label": config("single"),
    "many labels": config("multiple"),
    "several controls": config("single", "multiple", "single"),
}


def measured(label_config: str, confidence: str = "auto") -> Iterator[tuple[Outcome, float, Mapping[str, float]]]:
    """For each message: what becomes of the stand-in's answer to it, and how probable that answer truly is, as a whole
    and of each control."""
    schema = read_config(label_config)
    version = PromptVersion(
        "p", 1, 1, "{text}", "stand-in", ("text",), schema.digest, {"temperature": 0}, confidence=confidence
    )
    builder = RequestBuilder(version, schema, RequestResources(lambda _: "http://stand-in.test/v1"))
    for number, data in enumerate(json.loads(MESSAGES.read_text(encoding="utf-8"))):
        request = expected(builder.request(Task(number, data)), ChatRequest)
        samples = [[said(sample)] for sample in request.samples]
        outcome = expected(resolve(number, samples, schema, lambda *_: lambda *_: None), Outcome)
        exact = truly(request, expected(outcome.answer, dict), schema)
        yield outcome, prod(exact.values()), exact


def said(request: ChatRequest) -> Completion:
    """The stand-in's answer: the likeliest one, or one of several drawn."""
    chance = Random(request.digest) if request.template.samples > 1 else None
    spoken = answer(estimates(request.messages, request.template.answer_schema), chance)
    logprobs = tuple((token.text, token.logprob) for token in spoken.tokens) if request.template.logprobs else None
    return Completion(request.digest, 0, "stand-in", spoken.text, "stop", False, 1, 1, 0, 0.0, logprobs)


def truly(request: ChatRequest, given: Answer, schema: LabelSchema) -> dict[str, float]:
    """Control -> probability of its value."""
    exact = distribution(request.messages, request.template.answer_schema)
    return {
        field.name: _chance(exact[field.name], field.classes(given[field.name]), field.exclusive)
        for field in schema.fields
    }


def _chance(exact: Mapping[str | None, float], labels: tuple[str, ...], single: bool) -> float:
    if single:
        return exact[labels[0]]
    return prod(chance if label in labels else 1 - chance for label, chance in exact.items())
