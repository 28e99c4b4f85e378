"""What the stand-in has seen so far, for benchmarks and for tests of how careful a client is."""

from collections import Counter
from collections.abc import Iterable
from typing import Any


class Stats:
    """Counts by ending and by request body; a request ends as one of answered, a fault, rejected, short or left."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._faults: Counter[str] = Counter()
        self._asked: dict[bytes, int] = {}
        self._after_good: dict[bytes, int] = {}
        self._pictures: Counter[str] = Counter()
        self._prompt_tokens = 0
        self._completion_tokens = 0
        self._in_flight = 0
        self._peak = 0

    def arrive(self, digest: bytes) -> int:
        """A request came in; returns how often the same body came before."""
        before = self._asked.get(digest, 0)
        self._asked[digest] = before + 1
        if digest in self._after_good:
            self._after_good[digest] += 1
        self._in_flight += 1
        self._peak = max(self._peak, self._in_flight)
        return before

    def leave(self) -> None:
        """A request is done with, in whatever way."""
        self._in_flight -= 1

    def answered(self, digest: bytes) -> None:
        """It got a whole, well-formed answer."""
        self._counts["answered"] += 1
        self._after_good.setdefault(digest, 0)

    def pictured(self, pictures: Iterable[str]) -> None:
        """It held these pictures, which nobody looked at."""
        self._pictures.update(pictures)

    def charge(self, prompt: int, written: int) -> None:
        """It got a completion, good or bad, of so many tokens."""
        self._prompt_tokens += prompt
        self._completion_tokens += written

    def fault(self, kind: str) -> None:
        """It met a fault that was asked for."""
        self._faults[kind] += 1

    def other(self, ending: str) -> None:
        """It was `rejected` (a 4xx), its answer `short` (cut to max_tokens), or its client `left` before the answer.

        Also counted so: `uploads` of files, `batches` made, `downloads` of results, requests `batched` and those for
        `embeddings`."""
        self._counts[ending] += 1

    def as_json(self) -> dict[str, Any]:
        return {
            "requests": sum(self._asked.values()),
            "answered": self._counts["answered"],
            "faults": dict(self._faults),
            "rejected": self._counts["rejected"],
            "short": self._counts["short"],
            "left": self._counts["left"],
            "prompt_tokens": self._prompt_tokens,
            "completion_tokens": self._completion_tokens,
            **{name: self._counts[name] for name in ("uploads", "batches", "downloads", "batched", "embeddings")},
            "pictures": dict(self._pictures),
            "in_flight": self._in_flight,
            "peak_in_flight": self._peak,
            "distinct": len(self._asked),
            "most_repeats": max(self._asked.values(), default=0),
            "max_asked_after_good": max(self._after_good.values(), default=0),
        }
