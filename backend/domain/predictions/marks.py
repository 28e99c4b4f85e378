"""Marks: how a prediction in Label Studio shows which database pushed it.

Several people, each with a database of their own, may push to one project, and a version's tag does not say who pushed.
So the ids of a prediction's regions, which Label Studio keeps, begin with a mark that only a database with the secret
can make. Nothing is stored per prediction, so a kill leaves nothing undone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

PREFIX = "prompt-"
_ENDS = ("from_id", "to_id")

Region = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Marker:
    """`secret`: 64 hexadecimal digits."""

    secret: str

    def mark(self, task: int, version: str) -> str:
        """The mark of a version's prediction for a task: PREFIX and 12 hexadecimal digits."""
        message = f"{task}\0{version}".encode("utf-8", "surrogatepass")
        return PREFIX + blake2b(message, key=bytes.fromhex(self.secret), digest_size=6).hexdigest()

    def marked(self, task: int, version: str, result: Sequence[Region]) -> list[dict[str, Any]]:
        """The regions with marked ids; regions that shared an id still share one, and relations relate the same."""
        mark = self.mark(task, version)
        by_id: dict[Any, str] = {}
        for index, region in enumerate(result):
            if not _relates(region):
                by_id.setdefault(region.get("id", ("none", index)), f"{mark}-{len(by_id)}")
        return [
            {**region, **{key: by_id.get(region[key], region[key]) for key in _ENDS}}
            if _relates(region)
            else {**region, "id": by_id[region.get("id", ("none", index))]}
            for index, region in enumerate(result)
        ]

    def is_on(self, task: int, version: str, result: Iterable[Any]) -> bool:
        """Whether a prediction carries this database's mark."""
        mark = f"{self.mark(task, version)}-"
        return any(name.startswith(mark) for name in _ids(result))


def _relates(region: Region) -> bool:
    """Whether it is a relation, which has no id of its own."""
    return all(key in region for key in _ENDS)


def is_marked(result: Iterable[Any]) -> bool:
    """Whether regions carry the mark of any database."""
    return any(name.startswith(PREFIX) for name in _ids(result))


def _ids(result: Iterable[Any]) -> Iterable[str]:
    return (str(region.get("id")) for region in result if isinstance(region, Mapping))
