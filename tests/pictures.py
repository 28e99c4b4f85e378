"""Pictures to test with, and a server of files that remembers what it was asked."""

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from itertools import accumulate
from typing import Any

from PIL import Image

from backend.domain.document import Document
from backend.domain.outcome import Failure
from backend.domain.picture import Attachment, Picture
from tests.answering import QuietHandler, serving

PICTURE_CONFIG = """<View>
  <Image name="shown" value="$image"/>
  <Choices name="mood" toName="shown"><Choice value="Good"/><Choice value="Bad"/></Choices>
</View>"""


def encoded(kind: str = "PNG", size: tuple[int, int] = (4, 3), mode: str = "RGB", **saved: Any) -> bytes:
    """A file of one color."""
    file = BytesIO()
    Image.new(mode, size, 200).save(file, kind, **saved)
    return file.getvalue()


def data_url(number: int) -> str:
    """A PNG as a task may hold it, of another width for each number."""
    return f"data:image/png;base64,{b64encode(encoded('PNG', (20 + number, 10))).decode()}"


PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"


def pdf(*pages: bytes) -> bytes:
    """A PDF with these words on its pages."""
    numbers = range(4, 4 + 2 * len(pages), 2)
    kids = b" ".join(b"%d 0 R" % number for number in numbers)
    parts = [b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj", b"2 0 obj<</Type/Pages/Count %d/Kids[%s]>>endobj"]
    parts[1] %= (len(pages), kids)
    parts.append(b"3 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj")
    for number, words in zip(numbers, pages, strict=True):
        drawn = b"BT /F 12 Tf 50 700 Td (%s) Tj ET" % words
        page = b"%d 0 obj<</Type/Page/Parent 2 0 R/Contents %d 0 R/Resources<</Font<</F 3 0 R>>>>>>endobj"
        parts.append(page % (number, number + 1))
        parts.append(b"%d 0 obj<</Length %d>>stream\n%s\nendstream endobj" % (number + 1, len(drawn), drawn))
    starts = accumulate((len(part) + 1 for part in parts), initial=len(b"%PDF-1.4\n"))
    entries = b"".join(b"%010d 00000 n \n" % start for start, _ in zip(starts, parts, strict=False))
    body, count = b"%PDF-1.4\n" + b"".join(part + b"\n" for part in parts), len(parts) + 1
    table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, entries)
    return body + table + b"trailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n" % (count, len(body))


def document(*pages: bytes) -> Document:
    content = pdf(*pages)
    return Document(sha256(content).hexdigest(), content)


def picture(name: str = "a", content: bytes = b"bytes") -> Picture:
    return Picture(name * 64, "image/png", content)


@dataclass
class ScriptedPictures:
    """A PictureSource: what it has at each address (`files`: of texts), and what it was asked for."""

    at: Mapping[str, Attachment | Failure]
    asked: list[tuple[int, list[Any]]] = field(default_factory=list)
    files: Mapping[str, bytes | Failure] = field(default_factory=dict)

    def read(self, project: int, addresses: Sequence[Any]) -> list[Attachment | Failure]:
        self.asked.append((project, list(addresses)))
        return [self.at[address] for address in addresses]

    def read_files(self, project: int, addresses: Sequence[Any]) -> list[bytes | Failure]:
        self.asked.append((project, list(addresses)))
        return [self.files[address] for address in addresses]


@dataclass
class ServedFile:
    """What a path is answered with. `length`: what is promised, if it is not the length of `body`."""

    body: bytes = b""
    status: int = 200
    location: str = ""
    kind: str = "image/png"
    length: int | None = None
    encoding: str = ""


@dataclass
class FileServer:
    """`paths`: path with query -> what is there, else 404; `asked`: path and headers of each request."""

    url: str
    paths: dict[str, ServedFile] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)


@contextmanager
def file_server() -> Iterator[FileServer]:
    class FileHandler(QuietHandler):
        def do_GET(self) -> None:
            files.asked.append((self.path, {name.lower(): said for name, said in self.headers.items()}))
            said = files.paths.get(self.path, ServedFile(status=404))
            self.send_response(said.status)
            if said.location:
                self.send_header("Location", said.location)
            if said.encoding:
                self.send_header("Content-Encoding", said.encoding)
            self.send_header("Content-Type", said.kind)
            self.send_header("Content-Length", str(len(said.body) if said.length is None else said.length))
            self.end_headers()
            self.wfile.write(said.body)

        def do_HEAD(self) -> None:
            """As a storage says that it has a bucket."""
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

    with serving(FileHandler) as url:
        files = FileServer(url)
        yield files
