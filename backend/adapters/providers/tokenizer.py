"""Counts tokens as OpenAI's models do, with tiktoken, if it is installed with its files. Never uses the network."""

import contextlib
from collections.abc import Callable


class Encoder:
    """Counts tokens.

    name: name of the encoding
    count: text -> tokens
    """

    def __init__(self, name: str, count: Callable[[str], int]) -> None:
        self.name = name
        self.count = count


def encoder_for(model: str) -> Encoder | None:
    """The encoder of `model`; None if it is unknown, or if its file is not in tiktoken's cache (TIKTOKEN_CACHE_DIR)."""
    try:
        import tiktoken
        import tiktoken.load
    except ImportError:
        return None
    with contextlib.ExitStack() as stack:
        stack.callback(setattr, tiktoken.load, "read_file", tiktoken.load.read_file)
        tiktoken.load.read_file = _refuse  # otherwise it would download missing files
        try:
            encoding = tiktoken.encoding_for_model(model)
        except (KeyError, OSError, ValueError):
            return None
    return Encoder(encoding.name, lambda text: len(encoding.encode_ordinary(text)))


def _refuse(blobpath: str) -> bytes:
    raise OSError("The file of this encoding is not on this machine.")
