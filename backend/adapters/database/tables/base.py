"""What all tables have in common."""

import json
import re
from typing import Any

from sqlalchemy import Dialect, LargeBinary, MetaData, String, Text, TypeDecorator
from sqlalchemy.types import TypeEngine

from backend.domain.hashing import SHARED

metadata = MetaData()
_as_json = json.JSONEncoder(separators=(",", ":")).encode
"""`json.dumps` would make an encoder anew for each value."""


class Json(TypeDecorator[Any]):
    """A JSON value as ASCII text: hostile text (NUL, lone surrogates) is stored exactly by every database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else _as_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class Digest(TypeDecorator[str]):
    """A digest, see `domain.hashing`, in half of the bytes: its 64 digits as 32 bytes; those of a sample as 33, of
    which the last is a hyphen. Any other text, which no release has written, is stored as its UTF-8 bytes; one of 32
    bytes, or of 33 with a hyphen at the end, would be read as digits.

    SQLite stores bytes in a column of text as they are, and does not rebuild the table for another type.
    """

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(String(64) if dialect.name == "sqlite" else LargeBinary())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        if _PLAIN.fullmatch(value):
            return bytes.fromhex(value)
        return bytes.fromhex(value.replace("-", "0")) + b"-" if _SAMPLE.fullmatch(value) else value.encode()

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        if len(value) == _BYTES:
            return value.hex()
        if len(value) != _BYTES + 1 or not value.endswith(b"-"):
            return value.decode()
        digits = value[:_BYTES].hex()
        return f"{digits[:SHARED]}-{digits[SHARED + 1 :]}"


_PLAIN, _SAMPLE = re.compile("[0-9a-f]{64}"), re.compile(f"[0-9a-f]{{{SHARED}}}-[0-9]{{2}}")
_BYTES = 32


class Tokens(TypeDecorator[Any]):
    """What a server told of the tokens of an answer, see `domain.chat.packed`: bytes that `completions` writes.

    SQLite stores bytes in a column of text as they are, and does not rebuild the table for another type.
    """

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else LargeBinary())
