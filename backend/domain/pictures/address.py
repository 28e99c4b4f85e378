"""Address: finds where a picture is from the text in a task. Tasks may come from anybody, so an unknown place is
reported and not asked.

A file of Label Studio is named with or without its host, by whatever name those who import tasks know that, and a file
of a storage by its URI, or by an address at which Label Studio resolves it; all of one are the same place here.
"""

import binascii
import re
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, unquote_to_bytes, urlsplit

STORAGES = ("s3", "s3s", "gs", "azure-blob", "azure-spi")
NO_ADDRESS = "has no address that can be read: it begins with https://, s3:// or another storage, /data/ or data:."
_FILES = re.compile(r"/(?:data/upload/.+|data/local-files/?|storage-data/uploaded/?|static/.+)")
_UNMISTAKABLE = re.compile(r"/(?:data/upload/\d+/[0-9a-f]{8}-.+|data/local-files/?|storage-data/uploaded/?)")
"""On another host. Label Studio puts eight digits of a UUID before a file's name; other paths may be a web site's."""
_RESOLVE = re.compile(r"/(?:tasks|projects)/\d+/(?:resolve|presign)/?")
_STORED = re.compile(rf"(?:{'|'.join(STORAGES)})://(?!\s)[^\ud800-\udfff]+")
"""Without surrogates, which no storage has in a name."""
_DATA = re.compile(r"data:[^,]{0,200},", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Inline:
    """The task holds the picture itself."""

    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class AtStudio:
    """`path`: below Label Studio's address, with its query."""

    path: str


@dataclass(frozen=True, slots=True)
class InStorage:
    uri: str

    def path(self, project: int) -> str:
        """Where Label Studio resolves it for a project."""
        return f"/projects/{project}/resolve/?fileuri={urlsafe_b64encode(self.uri.encode()).decode()}"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    url: str


FileAddress = Inline | AtStudio | InStorage | Elsewhere


def place_of(address: Any, studio: str) -> FileAddress | str:
    """The place that an address names, or why there is none, to follow "The picture". `studio`: Label Studio's
    address."""
    if not isinstance(address, str):
        return NO_ADDRESS
    address = address.strip()
    if head := _DATA.match(address):
        return _inline(head[0], address[head.end() :])
    if _STORED.fullmatch(address):
        return InStorage(address)
    try:
        url = urlsplit(address)
        own = not url.netloc or url.netloc == urlsplit(studio).netloc
    except ValueError:
        return NO_ADDRESS
    return _by_path(url.path, url.query, _FILES if own else _UNMISTAKABLE) or (
        NO_ADDRESS if own or url.scheme not in ("http", "https") else Elsewhere(address)
    )


def _by_path(path: str, query: str, files: re.Pattern[str]) -> FileAddress | None:
    """A file of Label Studio. `files`: the paths of those that it serves itself."""
    if ".." in unquote(path).split("/"):
        return None
    if (resolved := _RESOLVE.search(path)) and resolved.end() == len(path):
        return _resolved(query)
    match = files.search(path)
    return AtStudio(match[0] + (f"?{query}" if query else "")) if match and match.end() == len(path) else None


def _resolved(query: str) -> InStorage | None:
    named = parse_qs(query).get("fileuri", [""])[0]
    for uri in (_decoded(named), named):
        if _STORED.fullmatch(uri):
            return InStorage(uri)
    return None


def _decoded(text: str) -> str:
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except ValueError:
        return ""


def _inline(head: str, data: str) -> Inline | str:
    try:
        if head[:-1].lower().endswith(";base64"):
            return Inline(b64decode(unquote(data)))
        return Inline(unquote_to_bytes(data))
    except (binascii.Error, ValueError):
        return "is a data: address that cannot be decoded."
