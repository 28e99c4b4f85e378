"""What all tables have in common."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Dialect, LargeBinary, MetaData, Text, TypeDecorator
from sqlalchemy.types import TypeEngine

from backend.domain.chat.compression import compressed
from backend.domain.chat.packed import Packed, as_json

metadata = MetaData()


class Json(TypeDecorator[Any]):
    """A JSON value as ASCII text: hostile text (NUL, lone surrogates) is stored exactly by every database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class Tokens(TypeDecorator[Any]):
    """What a server told of the tokens of an answer, see `domain.chat.packed`; read as it is stored.

    SQLite stores bytes in a column of text as they are, and does not rebuild the table for another type.
    """

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else LargeBinary())

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> bytes | None:
        if isinstance(value, Packed):
            return value.stored()
        return None if value is None else compressed(as_json(value))
