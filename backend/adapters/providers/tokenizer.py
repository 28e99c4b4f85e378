"""Counts tokens as OpenAI's models do, with tiktoken, where it is installed and has its files. Never by the network."""

import contextlib
from collections.abc import Callable


class Encoder:
    """`name` of the encoding; `count`: text -> tokens."""

    def __init__(self, name: str, count: Callable[[str], int]) -> None:
        self.name = name
        self.count = count


def encoder_for(model: str) -> Encoder | None:
    """The encoder of `model`, or None when it is unknown, or its file is not in tiktoken's cache on this machine
    (TIKTOKEN_CACHE_DIR)."""
    try:
        import tiktoken
        import tiktoken.load
    except ImportError:
        return None
    with contextlib.ExitStack() as stack:
        stack.callback(setattr, tiktoken.load, "read_file", tiktoken.load.read_file)
        tiktoken.load.read_file = _refuse  # else it would download what is missing
        try:
            encoding = tiktoken.encoding_for_model(model)
        except (KeyError, OSError, ValueError):
            return None
    return Encoder(encoding.name, lambda text: len(encoding.encode_ordinary(text)))


def _refuse(blobpath: str) -> bytes:
    raise OSError("It is not on this machine.")
