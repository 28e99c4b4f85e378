"""PictureLoader: an address in a task -> what is there. The only place that decides who is asked, and with what.

Label Studio is asked with the user's token, and nobody else is. Other hosts are asked if ALLOW_FOREIGN_URLS says so, or
if Label Studio itself sends there, as it does for the files of a storage.

Pictures that were read a short while ago: they need not be read again for the next request about their task.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Lock
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

from backend.adapters.label_studio.files import StudioFiles
from backend.adapters.pillow import picture_of
from backend.adapters.web.file_answer import Moved, too_large
from backend.adapters.web.files import MOST_MOVES, PrivateAddressError, WebFiles, short
from backend.domain.document import Document
from backend.domain.outcome import Failure
from backend.domain.picture import Attachment
from backend.domain.pictures.address import AtStudio, Elsewhere, FileAddress, Inline, InStorage, place_of
from backend.domain.text_file import TextFile

MOST_BYTES = 128_000_000
FRESH_S = 300.0
"""A file may be replaced under its name."""


class CachedFile(Protocol):
    """What it keeps."""

    @property
    def content(self) -> bytes: ...


class PictureCache:
    """In memory, bounded. Safe to call from several threads."""

    def __init__(self, most_bytes: int = MOST_BYTES, fresh_s: float = FRESH_S) -> None:
        self._most_bytes = most_bytes
        self._fresh_s = fresh_s
        self._held: OrderedDict[Hashable, tuple[float, CachedFile]] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, key: Hashable) -> Any:
        with self._lock:
            until, picture = self._held.get(key, (0.0, None))
            return picture if until > time.monotonic() else None

    def put(self, key: Hashable, picture: CachedFile) -> None:
        with self._lock:
            self._drop(key)
            self._held[key] = (time.monotonic() + self._fresh_s, picture)
            self._bytes += len(picture.content)
            while self._bytes > self._most_bytes:
                self._drop(next(iter(self._held)))

    def _drop(self, key: Hashable) -> None:
        _, picture = self._held.pop(key, (0.0, None))
        self._bytes -= len(picture.content) if picture else 0


PDF_HEAD, PDF_END, PDF_TAIL = b"%PDF-", b"startxref", 4096
CUT = "is damaged: its file ends too early."
T = TypeVar("T")
Decode = Callable[[bytes], T]
AT_ONCE = 8
"""Files that are read at a time."""


@dataclass(frozen=True, slots=True)
class PictureLoader:
    """A `domain.pictures.loading.PictureSource`.

    studio: Label Studio's address; `files`: its files, as the user may see them
    most: bytes that a file may have
    foreign: whether hosts that only a task names may be asked
    """

    studio: str
    files: Callable[[], StudioFiles]
    most: int
    foreign: bool
    web: WebFiles = field(default_factory=WebFiles)
    cache: PictureCache = field(default_factory=PictureCache)

    def read(self, project: int, addresses: Sequence[Any]) -> list[Attachment | Failure]:
        """See PictureSource. Raises StudioError when Label Studio does not answer, SettingsError without a token."""
        return self._each(project, addresses, _attachment)

    def read_files(self, project: int, addresses: Sequence[Any]) -> list[bytes | Failure]:
        """See PictureSource. Raises what `read` raises."""
        files = self._each(project, addresses, TextFile)
        return [file.content if isinstance(file, TextFile) else file for file in files]

    def _each(self, project: int, addresses: Sequence[Any], decode: Decode[T]) -> list[T | Failure]:
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="files") as threads:
            return list(threads.map(lambda address: self._loaded(project, address, decode), addresses))

    def _loaded(self, project: int, address: Any, decode: Decode[T]) -> T | Failure:
        address_read = place_of(address, self.studio)
        if isinstance(address_read, str):
            return Failure("bad_task", address_read)
        if isinstance(address_read, Inline):
            return self._bounded(address_read.content, decode)
        key = (project, address_read, decode)
        held: T | None = self.cache.get(key)
        if held is not None:
            return held
        content = self._file(project, address_read)
        decoded: Any = content if isinstance(content, Failure) else self._bounded(content, decode)
        if not isinstance(decoded, Failure):
            self.cache.put(key, decoded)
        return decoded  # type: ignore[no-any-return]

    def _bounded(self, content: bytes, decode: Decode[T]) -> T | Failure:
        return too_large(self.most) if len(content) > self.most else decode(content)

    def _file(self, project: int, address: FileAddress) -> bytes | Failure:
        if isinstance(address, InStorage):
            return self._at_studio(address.path(project))
        if isinstance(address, AtStudio):
            return self._at_studio(address.path)
        return self._elsewhere(address) if isinstance(address, Elsewhere) else address.content

    def _at_studio(self, path: str) -> bytes | Failure:
        """Also what Label Studio sends on to: another of its files, or a storage."""
        for _ in range(MOST_MOVES):
            answer = self.files().read(path, self.most)
            if not isinstance(answer, Moved):
                return answer
            if not _same_host(answer.url, self.studio):
                return self._in_storage(answer.url)
            address = place_of(answer.url, self.studio)
            if not isinstance(address, AtStudio):
                return Failure("bad_task", "is behind a login: Label Studio asks for one, whatever the token.")
            path = address.path
        return Failure("bad_task", "cannot be read: Label Studio leads from one address to another without an end.")

    def _in_storage(self, url: str) -> bytes | Failure:
        try:
            return self.web.read(url, self.most)
        except PrivateAddressError as error:
            return Failure(
                "bad_task",
                f"is in a storage at a private address ({error}), which is not read: switch the storage's pre-signed "
                "URLs off, so that Label Studio hands it out itself.",
            )

    def _elsewhere(self, address: Elsewhere) -> bytes | Failure:
        host = short(urlsplit(address.url).hostname or "")
        if not self.foreign:
            return Failure("bad_task", f"is on another host ({host}): set ALLOW_FOREIGN_URLS=true to read such files.")
        try:
            return self.web.read(address.url, self.most)
        except PrivateAddressError as error:
            return Failure("bad_task", f"is at a private address ({error}), which is not read.")


def _attachment(content: bytes) -> Attachment | Failure:
    if content.startswith(PDF_HEAD):
        whole = PDF_END in content[-PDF_TAIL:]
        return Document(sha256(content).hexdigest(), content) if whole else Failure("bad_task", CUT)
    picture = picture_of(content)
    return Failure("bad_task", picture) if isinstance(picture, str) else picture


def _same_host(url: str, studio: str) -> bool:
    address, other = urlsplit(url), urlsplit(studio)
    return (address.scheme, address.netloc) == (other.scheme, other.netloc)
