"""Differences: lists what differs between two versions, so that nobody takes a better model for a better prompt."""

from collections.abc import Iterator
from dataclasses import dataclass

from backend.domain.hashing import canonical
from backend.domain.prompts.examples import Examples
from backend.domain.prompts.version import PromptVersion

PROMPT = "prompt"
UNSET = "not set"


@dataclass(frozen=True, slots=True)
class Setup:
    """A version, and the addresses of the servers that were asked, as far as the database knows them."""

    version: PromptVersion
    servers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """A property (`what`) in which two versions differ, and its two values; None if a value is too long to be shown."""

    what: str
    first: str | None = None
    second: str | None = None


def differences(first: Setup, second: Setup) -> tuple[Difference, ...]:
    """The differences between two versions, except names, numbers, notes and dates."""
    return tuple(_differences(first, second))


def _differences(first: Setup, second: Setup) -> Iterator[Difference]:
    version, other = first.version, second.version
    if version.template != other.template:
        yield Difference(PROMPT)
    if version.system != other.system:
        yield Difference("system part")
    if version.definitions != other.definitions:
        yield Difference("label definitions")
    if version.schema_digest != other.schema_digest:
        yield Difference("labelling config")
    if version.reference != other.reference:
        yield Difference("model", version.reference, other.reference)
    if version.cascade != other.cascade:
        yield Difference(
            "cascade", *(item.cascade.description if item.cascade else "none" for item in (version, other))
        )
    yield from _parameters(version, other)
    if version.examples != other.examples:
        yield Difference("examples", _examples(version.examples), _examples(other.examples))
    if version.confidence != other.confidence:
        yield Difference("confidence", version.confidence, other.confidence)
    if first.servers and second.servers and set(first.servers) != set(second.servers):
        yield Difference("server", ", ".join(first.servers), ", ".join(second.servers))


def _parameters(first: PromptVersion, second: PromptVersion) -> Iterator[Difference]:
    for name in sorted({*first.parameters, *second.parameters}):
        values = [
            canonical(version.parameters[name]).decode() if name in version.parameters else UNSET
            for version in (first, second)
        ]
        if values[0] != values[1]:
            yield Difference(name, *values)


def _examples(examples: Examples | None) -> str:
    if examples is None:
        return "none"
    return f"{examples.number} of {len(examples.pool)}, {examples.select}"
