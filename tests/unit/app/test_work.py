from importlib import import_module

import pytest

from backend.adapters.providers.chat_completions import ChatCompletions
from backend.app import work


def test_what_is_imported_ahead_is_what_asks() -> None:
    assert ChatCompletions.__module__ == work.ASKS


def test_what_cannot_be_imported_ahead_is_left_to_who_uses_it() -> None:
    work._import("no_such_module")
    with pytest.raises(ImportError):
        import_module("no_such_module")
