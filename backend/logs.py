"""Logs: how their lines look (LOG_FORMAT), and the ids of request, run and task that belong to them.

Counts, ids and names are logged; texts, answers, keys and tokens are not, and of an error only its kind and place.
"""

import json
import logging
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from backend.errors import where

log = logging.getLogger(__name__)
TEXT = "%(asctime)s %(levelname)s %(message)s"
_ids: ContextVar[Mapping[str, object]] = ContextVar("ids", default=MappingProxyType({}))


def to_log(sentence: str) -> None:
    """Where sentences for a user go when nobody is there to read them."""
    log.info("%s", sentence)


def about(**ids: object) -> "_About":
    """What is logged inside belongs to these ids; threads and tasks of asyncio that are started inside inherit them."""
    return _About(ids)


class _About:
    """Made for each task, so it is a plain class."""

    __slots__ = ("_new_ids", "_token")

    def __init__(self, ids: Mapping[str, object]) -> None:
        self._new_ids = ids

    def __enter__(self) -> None:
        self._token = _ids.set({**_ids.get(), **self._new_ids})

    def __exit__(self, *_error: object) -> None:
        _ids.reset(self._token)


class JsonLines(logging.Formatter):
    """One JSON object a line, in ASCII: time (ISO 8601, UTC), level, logger, message, ids, and error where there is
    one."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_ids.get(),
        }
        if record.exc_info and isinstance(record.exc_info[1], Exception):
            line["error"] = where(record.exc_info[1])
        return json.dumps(line, default=str)


def logging_config(log_format: str) -> dict[str, Any]:
    """For `logging.config.dictConfig`, as gunicorn wants it: warnings of all, and what we and gunicorn tell."""
    formatter = {"()": JsonLines} if log_format == "json" else {"format": TEXT}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"level": "WARNING", "handlers": ["console"]},
        "loggers": {
            "backend": {"level": "INFO"},
            "gunicorn.error": {"level": "INFO", "handlers": ["console"], "propagate": False},
        },
    }


def set_up(log_format: str) -> None:
    """For commands: the same lines, on stderr. Whoever has set up logging already keeps what they have."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if log_format == "json" else logging.Formatter(TEXT))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("backend").setLevel(logging.INFO)


def structured() -> bool:
    """Whether lines are JSON, so that what commands tell has to be, too."""
    return any(isinstance(handler.formatter, JsonLines) for handler in logging.getLogger().handlers)
