"""pypdf: the text layer of a PDF, for models that take no files.

A PDF may come from anybody, and even a small one may keep a reader busy for ever or fill the memory. So each PDF is
read in a process of its own, which gets no secret of ours, and has limits on its time
and memory.
"""

import json
import subprocess
import sys
from contextlib import suppress
from threading import BoundedSemaphore, Lock
from typing import Any

from backend.domain.document import Document

MOST_PAGES = 500
MOST_CHARACTERS = 1_000_000
MOST_S = 30
MOST_BYTES = 1 << 30
"""Of memory."""
PASSWORD = "is encrypted: save it without a password and without restrictions."  # noqa: S105
DAMAGED = "is damaged: its text cannot be read."
NO_TEXT = "has no text layer, as a scan has none, and the model takes no files: choose a model that does."
TOO_LARGE = f"has more than {MOST_PAGES} pages or {MOST_CHARACTERS:,} characters, and the model takes no files: cut it."
TOO_LONG = f"takes more than {MOST_S} s or {MOST_BYTES >> 30} GB to be read, and the model takes no files."
_KEPT = 32
_READING = BoundedSemaphore(2)
_PROGRAM = """
import io, json, logging, resource, sys
def limit(kind, most):
    try:
        resource.setrlimit(kind, (most, most))
    except (OSError, ValueError):
        pass
pages, characters, seconds, memory = map(int, sys.argv[1:])
limit(resource.RLIMIT_CPU, seconds)
limit(resource.RLIMIT_AS, memory)
logging.disable()
import pypdf
from pypdf.errors import DependencyError
def said():
    reader = pypdf.PdfReader(io.BytesIO(sys.stdin.buffer.read()))
    if reader.is_encrypted and not reader.decrypt(""):
        return "password", ""
    if len(reader.pages) > pages:
        return "large", ""
    texts, length = [], 0
    for page in reader.pages:
        texts.append(page.extract_text())
        length += len(texts[-1])
        if length > characters:
            return "large", ""
    return "text", "\\n\\n".join(texts)
try:
    answer = said()
except MemoryError:
    answer = "long", ""
except DependencyError:
    answer = "password", ""
except Exception:
    answer = "damaged", ""
json.dump(answer, sys.stdout)
"""
_WHY = {"password": PASSWORD, "large": TOO_LARGE, "long": TOO_LONG, "damaged": DAMAGED}


class PdfTexts:
    """Text layers that were read, a few of them. Safe to call from several threads."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[str, str]] = {}
        self._lock = Lock()

    def of(self, document: Document) -> tuple[str, str]:
        """The text, and "" or why there is none, to follow "Its document"."""
        held = self._held.get(document.sha256)
        if held is None:
            held = text_of(document.content)
            with self._lock:
                self._held[document.sha256] = held
                while len(self._held) > _KEPT:
                    self._held.pop(next(iter(self._held)))
        return held


def text_of(content: bytes, seconds: int = MOST_S, memory: int = MOST_BYTES) -> tuple[str, str]:
    """See `PdfTexts.of`, which reads a file once."""
    bounds = map(str, (MOST_PAGES, MOST_CHARACTERS, seconds, memory))
    with _READING:
        try:
            done = subprocess.run(  # noqa: S603
                [sys.executable, "-I", "-c", _PROGRAM, *bounds],
                input=content,
                capture_output=True,
                timeout=seconds + 1,
                env={},
                check=False,
            )
        except subprocess.TimeoutExpired:
            return "", TOO_LONG
    answer: Any = None
    with suppress(ValueError):
        answer = json.loads(done.stdout)
    kind, text = answer or ("long", "")
    if kind == "text":
        return (text, "") if text.strip() else ("", NO_TEXT)
    return "", _WHY[kind]
