"""What all tables have in common."""

import json
from typing import Any

from sqlalchemy import Dialect, MetaData, Text, TypeDecorator

from backend.domain.chat.packed import Packed

metadata = MetaData()


class Json(TypeDecorator[Any]):
    """A JSON value as ASCII text: hostile text (NUL, lone surrogates) is stored exactly by every database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if isinstance(value, Packed):
            return value.text
        return None if value is None else json.dumps(value, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)
