"""Composition root: settings -> the parts that everything is made of. No logic.

Each part is made when it is first used, so that a command without a model does not wait for one; for the same reason
`Container`, which has all parts, is imported when somebody first asks for it.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backend.container.container import Container

__all__ = ["Container"]


def __getattr__(name: str) -> Any:
    if name != "Container":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from backend.container.container import Container

    return Container
