"""Values as JSON has them."""

from dataclasses import asdict, is_dataclass
from typing import Any, Protocol


class HasUser(Protocol):
    """Something that a user of Label Studio made; None where it is not known who it was."""

    @property
    def user_id(self) -> int | None: ...
    @property
    def user_email(self) -> str | None: ...


def user_json(made: HasUser | None) -> dict[str, Any] | None:
    """Who made it."""
    if made is None or made.user_id is None:
        return None
    return {"id": made.user_id, "email": made.user_email}


def plain(value: Any) -> Any:
    """Dataclasses become objects, tuples and sets become lists, names of objects become strings."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return value
