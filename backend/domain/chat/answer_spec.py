"""AnswerSpec: what a request wants back. A LabelSchema is one, what a teacher of prompts answers is another."""

from collections.abc import Collection, Mapping
from typing import Any, Protocol

from backend.domain.answer import Answer
from backend.domain.labels.allowed_values import AllowedValues
from backend.domain.outcome import Rejection


class AnswerSpec(Protocol):
    @property
    def names(self) -> Collection[str]:
        """The keys of an answer."""

    @property
    def spoken(self) -> tuple[str, ...]:
        """All labels that a model might name beside its answer; () where that would mean nothing."""

    def labels_in(self, answer: Answer) -> Collection[str]:
        """Those of `spoken` that an answer has."""

    def json_schema(self) -> dict[str, Any]:
        """Strict JSON Schema of a whole answer: every key required, no others, enums inline."""

    def parse(self, values: Mapping[str, Any]) -> Answer | Rejection:
        """The Answer that a model's JSON object holds, or why it can't be used."""

    def probable(self, answer: Answer) -> Mapping[str, bool]:
        """The keys whose values have a probability of their own -> whether null could stand there instead."""

    @property
    def allowed(self) -> Mapping[str, AllowedValues]:
        """The keys whose values are labels -> those that are allowed."""
