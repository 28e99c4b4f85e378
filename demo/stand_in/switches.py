"""How the stand-in behaves: the one table behind its command line and its `/control`.

A fault's number is the share of requests it hits, between 0 and 1.
"""

import argparse
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

FAULTS = ("rate_limited", "server_error", "malformed", "truncated", "wrong_label", "refused", "hang", "cut")
"""The faults, in the order in which one number drawn per request picks among them."""


def _switch(default: Any, about: str) -> Any:
    return field(default=default, metadata={"about": about})


@dataclass(frozen=True, slots=True)
class Switches:
    """Every switch with its value; raises ValueError, with what to do, for values that make no sense."""

    latency_ms: float = _switch(0.0, "wait so many milliseconds before every answer")
    rate_limited: float = _switch(0.0, "share answered with 429 and a Retry-After header")
    server_error: float = _switch(0.0, "share answered with 500")
    malformed: float = _switch(0.0, "share answered with something that is no JSON")
    truncated: float = _switch(0.0, 'share answered with half an answer, finish_reason "length"')
    wrong_label: float = _switch(0.0, "share answered with a label that was not offered")
    refused: float = _switch(0.0, "share answered with a refusal in place of content")
    hang: float = _switch(0.0, "share held for ten minutes or until the client leaves")
    cut: float = _switch(0.0, "share whose connection is closed without an answer")
    seed: int = _switch(0, "another number, other faults and other samples")
    retry_after: float = _switch(0.5, "seconds a rate-limited client is asked to wait")
    per_minute: int = _switch(0, "refuse requests beyond so many in any 60 seconds with 429; 0 refuses none")
    tells_limit: bool = _switch(False, "state that limit in x-ratelimit-* headers")
    no_json_schema: bool = _switch(False, "refuse response_format json_schema")
    no_json_object: bool = _switch(False, "refuse response_format json_object")
    no_logprobs: bool = _switch(False, "refuse logprobs")
    no_temperature: bool = _switch(False, "refuse every temperature but 1")
    no_max_tokens: bool = _switch(False, "refuse max_tokens (max_completion_tokens still works)")
    pictures: bool = _switch(False, "take pictures and files unseen: answer from the words, and tell their hashes")
    complaint: str = _switch("", "refuse every request with 400 and these words; empty refuses none")
    thoughts: int = _switch(0, "bill so many tokens an answer that completion_tokens leaves out, as thoughts")
    api_key: str = _switch("", "refuse every other key; empty takes any")
    key_status: int = _switch(401, "the status with which another key is refused")
    flagged: str = _switch("", "refuse requests that hold this text with 403, as moderation does")
    breaks_on: str = _switch("", "answer requests that hold this text with 500")
    no_batches: bool = _switch(False, "know nothing of files and batches")
    batch_delay_ms: float = _switch(0.0, "a batch is answered so many milliseconds after it was created")
    batch_end: str = _switch("", "how batches end: failed, expired (half answered); empty: completed")
    batch_answer_ms: float = _switch(0.0, "tell of an upload or a new batch, and send results, so much later")

    def __post_init__(self) -> None:
        shares = [getattr(self, name) for name in FAULTS]
        if min(shares) < 0 or sum(shares) > 1 + 1e-9:
            raise ValueError(
                f"Shares of faults ({', '.join(FAULTS)}) lie between 0 and 1 and add up to at most 1: lower them."
            )
        if self.latency_ms < 0 or self.retry_after < 0:
            raise ValueError("latency_ms and retry_after can't be negative: use 0 or more.")

    def changed(self, wanted: Mapping[str, Any]) -> "Switches":
        """These switches with some set anew, by name; raises ValueError for unknown names and wrong types."""
        types: dict[str, type] = {switch.name: type(switch.default) for switch in fields(self)}
        for name, value in wanted.items():
            if name not in types:
                raise ValueError(f"There is no switch {name!r}: use one of {', '.join(types)}.")
            if not _fits(value, types[name]):
                raise ValueError(f"The switch {name!r} takes a value of type {types[name].__name__}, not {value!r}.")
        return replace(self, **{name: types[name](value) for name, value in wanted.items()})

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def add_switches(parser: argparse.ArgumentParser) -> None:
    """Adds one option per switch to `parser`, with its default and what it does."""
    for switch in fields(Switches):
        option, about = "--" + switch.name.replace("_", "-"), switch.metadata["about"]
        if isinstance(switch.default, bool):
            parser.add_argument(option, action="store_true", help=about)
        else:
            help_text = f"{about} (default: {switch.default!r})"
            parser.add_argument(option, type=type(switch.default), default=switch.default, help=help_text)


def switches_from(options: argparse.Namespace) -> Switches:
    """The switches in parsed command-line options; raises ValueError as `Switches` does."""
    return Switches(**{switch.name: getattr(options, switch.name) for switch in fields(Switches)})


def _fits(value: Any, wanted: type) -> bool:
    if isinstance(value, bool) or wanted is bool:
        return isinstance(value, bool) and wanted is bool
    return isinstance(value, (int, float)) if wanted is float else isinstance(value, wanted)
