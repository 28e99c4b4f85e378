"""What a server told of the tokens of an answer, as the JSON text under which it is stored.

The 20 most probable tokens of one place take 3 kB as Python objects and 0.4 kB as text, and most who read a stored
answer need none of them. So they are unpacked only where a confidence is computed.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Generic, Self, TypeVar, overload

from backend.domain.chat.branch import Branch
from backend.domain.chat.request import Completion

Item = TypeVar("Item")


class Packed(Sequence[Item], ABC, Generic[Item]):
    """Equal to the items that it holds. Each use reads the text again: who uses several calls `unpacked` once."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    @classmethod
    def of(cls, items: Sequence[Item]) -> Self:
        return cls(json.dumps(items, separators=(",", ":")))

    @abstractmethod
    def items(self) -> tuple[Item, ...]: ...

    def __bool__(self) -> bool:
        return self.text != "[]"

    def __len__(self) -> int:
        return len(self.items())

    def __iter__(self) -> Iterator[Item]:
        return iter(self.items())

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Item, ...]: ...
    def __getitem__(self, index: int | slice) -> Item | tuple[Item, ...]:
        return self.items()[index]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Packed) and other.text == self.text:
            return True
        return self.items() == (other.items() if isinstance(other, Packed) else other)

    def __hash__(self) -> int:
        return hash(self.items())

    def __repr__(self) -> str:
        return repr(self.items())


class PackedPieces(Packed[tuple[str, float]]):
    """Tokens with their log-probabilities."""

    __slots__ = ()

    def items(self) -> tuple[tuple[str, float], ...]:
        return tuple([(token, logprob) for token, logprob in json.loads(self.text)])


class PackedBranches(Packed[Branch]):
    """See Branch."""

    __slots__ = ()

    def items(self) -> tuple[Branch, ...]:
        listed: list[Any] = json.loads(self.text)
        return tuple([Branch(start, token, chance, tuple(map(tuple, told))) for start, token, chance, told in listed])


def unpacked(items: Sequence[Item] | None) -> tuple[Item, ...]:
    """The items themselves, whether they are packed or not; none for None."""
    return items.items() if isinstance(items, Packed) else tuple(items or ())


def packed(completion: Completion) -> Completion:
    """The same with its tokens packed; itself where there are none to pack."""
    logprobs, branches = completion.logprobs, completion.branches
    if isinstance(logprobs, Packed | None) and isinstance(branches, Packed | None):
        return completion
    return replace(
        completion,
        logprobs=None if logprobs is None else PackedPieces.of(unpacked(logprobs)),
        branches=None if branches is None else PackedBranches.of(unpacked(branches)),
    )
