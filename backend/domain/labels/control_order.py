"""Order of controls: a control that a condition depends on comes before the control that it hides, else as in the
config."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from backend.domain.labels.conditions import Condition


class Conditional(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def conditions(self) -> tuple[Condition, ...]: ...


F = TypeVar("F", bound=Conditional)


def in_order(fields: Sequence[F]) -> tuple[F, ...]:
    """Controls that depend on another one come last. A circle is cut where it closes."""
    if not any(field.conditions for field in fields):
        return tuple(fields)
    by_name = {field.name: field for field in fields}
    done: dict[str, F] = {}
    for field in sorted(fields, key=_looks_at_any):
        _add(field, by_name, done)
    return tuple(done.values())


def _looks_at_any(field: Conditional) -> bool:
    return any(condition.control is None for condition in field.conditions)


def _add(field: F, by_name: dict[str, F], done: dict[str, F]) -> None:
    """Adds `field` after all that it depends on. Without recursion: a chain may be as long as the config."""
    pending, entered = [field], set[str]()
    while pending:
        current = pending[-1]
        names = [c.control for c in current.conditions if c.control is not None] if current.name not in entered else []
        entered.add(current.name)
        before = [by_name[name] for name in names if name in by_name and name not in done and name not in entered]
        pending += reversed(before)
        if not before:
            pending.pop()
            done.setdefault(current.name, current)
