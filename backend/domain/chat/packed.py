"""Packed: what a server said about the tokens of an answer, in the form in which it is stored: compressed JSON text.

The 20 most probable tokens of one place take 3 kB as Python objects, 0.4 kB as text and 0.2 kB compressed, and most
callers that read a stored answer need none of them. So the tokens are unpacked only where a confidence is computed.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, overload

import orjson

from backend.domain.chat.branch import Branch
from backend.domain.chat.compression import compressed, expanded, is_pair

if TYPE_CHECKING:
    from backend.domain.chat.request import Completion

Item = TypeVar("Item")


def as_json(items: Sequence[Any]) -> str:
    """As the items are packed, in ASCII. By orjson, in a tenth of the time, where it writes what `json` does."""
    try:
        text = orjson.dumps(items, default=tuple)  # to orjson, a Branch is no tuple
    except TypeError:  # half of a surrogate pair
        return _by_python(items)
    infinite = b"null" in text  # or a token that holds this word
    return _by_python(items) if infinite or not text.isascii() else text.decode()


def _by_python(items: Sequence[Any]) -> str:
    return json.dumps(items, separators=(",", ":"))


class Packed(Sequence[Item], ABC, Generic[Item]):
    """Equal to the items that it holds. Each use reads them again: who uses several calls `unpacked` once."""

    __slots__ = ("_held",)
    _index = 0

    def __init__(self, held: bytes | str) -> None:
        """`held`: the items as JSON text, or compressed: alone, or the two that an answer has together."""
        self._held = held

    @property
    def text(self) -> str:
        return expanded(self._held, self._index)

    @property
    def size(self) -> int:
        """Bytes in memory; half of those that it shares with the other items of an answer."""
        held = self._held
        return len(held) // 2 if isinstance(held, bytes) and is_pair(held) else len(held)

    def stored(self) -> bytes:
        """Compressed alone."""
        held = self._held
        return compressed(self.text) if isinstance(held, str) or is_pair(held) else held

    @classmethod
    def of(cls, items: Sequence[Item]) -> Self:
        return cls(as_json(items))

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
    _index = 1

    def items(self) -> tuple[Branch, ...]:
        listed: list[Any] = json.loads(self.text)
        return tuple(
            [Branch(start, token, chance, tuple(map(tuple, rivals))) for start, token, chance, rivals in listed]
        )


def unpacked(items: Sequence[Item] | None) -> tuple[Item, ...]:
    """The items themselves, whether they are packed or not; none for None."""
    return items.items() if isinstance(items, Packed) else tuple(items or ())


def packed(completion: "Completion", branches: Sequence[Branch] | None = None) -> "Completion":
    """The same with its tokens packed; itself where there are none to pack.

    branches: those that the completion does not have yet
    """
    logprobs, branches = completion.logprobs, completion.branches if branches is None else branches
    pieces_done = logprobs is None or isinstance(logprobs, PackedPieces)
    if pieces_done and (branches is None or isinstance(branches, PackedBranches)):
        return completion
    return replace(
        completion,
        logprobs=None if logprobs is None else PackedPieces.of(unpacked(logprobs)),
        branches=None if branches is None else PackedBranches.of(unpacked(branches)),
    )
