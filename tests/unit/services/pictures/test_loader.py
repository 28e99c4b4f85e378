"""From an address to a picture, over real HTTP: who is asked for it, and with what."""

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest

from backend.adapters.label_studio.client import LabelStudioClient
from backend.adapters.web.files import WebFiles
from backend.domain.document import Document
from backend.domain.outcome import Failure
from backend.domain.picture import Attachment, Picture
from backend.domain.pictures.address import NO_ADDRESS, InStorage
from backend.errors import SettingsError
from backend.services.pictures.loader import PictureCache, PictureLoader
from tests.pictures import PDF, FileServer, ServedFile, encoded, file_server, picture

TOKEN = "f" * 40
PNG = encoded("PNG")
JPEG = encoded("JPEG")
UPLOAD = "/data/upload/1/0a1b2c3d-a.png"
STORED = InStorage("s3://bucket/a.png")
MOST = 20_000


@pytest.fixture
def studio() -> Iterator[FileServer]:
    with file_server() as running:
        yield running


@pytest.fixture
def elsewhere() -> Iterator[FileServer]:
    with file_server() as running:
        yield running


def loader(studio: FileServer, foreign: bool = False, public: bool = True) -> PictureLoader:
    """`public`: whether this machine is taken for a host of the internet."""
    client = LabelStudioClient(studio.url, TOKEN)
    web = WebFiles(lambda host, port: ["127.0.0.1"], lambda address: True) if public else WebFiles()
    return PictureLoader(studio.url, lambda: client.files, MOST, foreign, web)


def read(one: PictureLoader, address: Any, project: int = 3) -> Attachment | str:
    (found,) = one.read(project, [address])
    return found.detail if isinstance(found, Failure) else found


def name(found: Attachment | str) -> str:
    return found if isinstance(found, str) else found.sha256


def inline(content: bytes) -> str:
    return f"data:image/png;base64,{b64encode(content).decode()}"


def test_the_three_shapes_of_a_storage_are_one_and_are_read_once(studio: FileServer) -> None:
    studio.paths[STORED.path(3)] = ServedFile(PNG)
    own, query = loader(studio), STORED.path(3).partition("?")[2]
    shapes = [
        STORED.uri,
        f"{studio.url}/tasks/9/resolve/?{query}",
        f"http://localhost:8080/projects/3/resolve/?{query}",
    ]
    assert {name(read(own, shape)) for shape in shapes} == {sha256(PNG).hexdigest()}
    assert [path for path, _ in studio.asked] == [STORED.path(3)]


def test_another_project_reads_with_its_own_storage(studio: FileServer) -> None:
    studio.paths |= {STORED.path(3): ServedFile(PNG), STORED.path(4): ServedFile(JPEG)}
    own = loader(studio)
    assert [name(read(own, STORED.uri, project)) for project in (3, 4)] == [
        sha256(content).hexdigest() for content in (PNG, JPEG)
    ]


def test_a_signed_address_is_followed_without_the_token(studio: FileServer, elsewhere: FileServer) -> None:
    signed = f"{elsewhere.url}/bucket/a.png?X-Amz-Signature=ab"
    studio.paths[STORED.path(3)] = ServedFile(status=303, location=signed)
    elsewhere.paths["/bucket/a.png?X-Amz-Signature=ab"] = ServedFile(PNG)
    assert name(read(loader(studio), STORED.uri)) == sha256(PNG).hexdigest()
    ((_, headers),) = elsewhere.asked
    assert not {"authorization", "cookie"} & headers.keys()
    assert TOKEN not in str(headers)


def test_a_signature_that_has_expired_is_told(studio: FileServer, elsewhere: FileServer) -> None:
    studio.paths[STORED.path(3)] = ServedFile(status=303, location=f"{elsewhere.url}/a.png?X-Amz-Signature=ab")
    elsewhere.paths["/a.png?X-Amz-Signature=ab"] = ServedFile(status=403)
    assert "whose signature has expired (403)" in str(read(loader(studio), STORED.uri))


def test_a_storage_at_a_private_address_is_told_with_a_way_out(studio: FileServer, elsewhere: FileServer) -> None:
    studio.paths[STORED.path(3)] = ServedFile(status=303, location=f"{elsewhere.url}/a.png")
    assert "private address (127.0.0.1)" in str(read(loader(studio, public=False), STORED.uri))
    assert "pre-signed URLs off" in str(read(loader(studio, public=False), STORED.uri))
    assert elsewhere.asked == []


def test_label_studio_may_send_to_another_of_its_files(studio: FileServer) -> None:
    studio.paths |= {
        UPLOAD: ServedFile(status=302, location="/storage-data/uploaded/?filepath=a"),
        "/other": ServedFile(PNG),
    }
    studio.paths["/storage-data/uploaded/?filepath=a"] = ServedFile(PNG)
    assert name(read(loader(studio), UPLOAD)) == sha256(PNG).hexdigest()
    studio.paths["/storage-data/uploaded/?filepath=a"] = ServedFile(status=302, location=UPLOAD)
    studio.asked.clear()
    assert "without an end" in str(read(loader(studio), UPLOAD))


def test_a_login_is_told(studio: FileServer) -> None:
    studio.paths[UPLOAD] = ServedFile(status=302, location="/user/login/?next=/data/upload/")
    assert "is behind a login" in str(read(loader(studio), UPLOAD))


@pytest.mark.parametrize("host", ["http://localhost:8080", "https://studio.example", ""])
def test_a_file_is_asked_of_the_label_studio_that_is_set(studio: FileServer, host: str) -> None:
    studio.paths[UPLOAD] = ServedFile(PNG)
    assert name(read(loader(studio), host + UPLOAD)) == sha256(PNG).hexdigest()
    assert studio.asked[0][1]["authorization"] == f"Token {TOKEN}"


def test_another_host_is_asked_only_where_that_is_allowed(studio: FileServer, elsewhere: FileServer) -> None:
    elsewhere.paths["/a.png"] = ServedFile(PNG)
    address = f"http://pictures.test:{elsewhere.url.rpartition(':')[2]}/a.png"
    assert read(loader(studio), address) == (
        "is on another host (pictures.test): set ALLOW_FOREIGN_URLS=true to read such files."
    )
    assert elsewhere.asked == []
    assert name(read(loader(studio, foreign=True), address)) == sha256(PNG).hexdigest()
    assert TOKEN not in str(elsewhere.asked)


def test_a_private_address_is_told(studio: FileServer, elsewhere: FileServer) -> None:
    found = read(loader(studio, foreign=True, public=False), f"{elsewhere.url}/a.png")
    assert found == "is at a private address (127.0.0.1), which is not read."
    assert elsewhere.asked == []


def test_what_a_task_holds_itself_is_read_without_anybody(studio: FileServer) -> None:
    def nobody() -> Any:
        raise SettingsError("LABEL_STUDIO_API_KEY is not set.")

    own = PictureLoader(studio.url, nobody, MOST, foreign=False)
    assert name(read(own, inline(JPEG))) == sha256(JPEG).hexdigest()
    with pytest.raises(SettingsError):
        own.read(3, [UPLOAD])


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (7, NO_ADDRESS),
        (inline(b"text"), "is not a PNG, JPEG, WebP, GIF or BMP file."),
        (inline(JPEG[:-200]), "is damaged"),
        (inline(b"x" * (MOST + 1)), "is larger than 0.02 MB (MAX_IMAGE_MB)."),
        (UPLOAD, "is not there (Label Studio answers 404)"),
    ],
)
def test_each_trouble_has_a_sentence_and_stops_no_other(studio: FileServer, address: Any, words: str) -> None:
    found, good = loader(studio).read(3, [address, inline(PNG)])
    assert isinstance(found, Failure)
    assert words in found.detail
    assert isinstance(good, Picture)


def test_a_document_is_told_by_its_content_and_kept_as_it_is(studio: FileServer) -> None:
    studio.paths[UPLOAD] = ServedFile(PDF, kind="image/png")
    own = loader(studio)
    assert [read(own, UPLOAD), read(own, UPLOAD)] == [Document(sha256(PDF).hexdigest(), PDF)] * 2
    assert len(studio.asked) == 1
    assert read(own, inline(PDF[:40])) == "is damaged: its file ends too early."
    assert read(own, inline(PDF + b" " * MOST)) == "is larger than 0.02 MB (MAX_IMAGE_MB)."


def test_a_text_is_read_as_a_picture_is_guarded_bounded_and_once(studio: FileServer, elsewhere: FileServer) -> None:
    note, own = "/data/upload/1/a.txt", loader(studio)
    studio.paths |= {note: ServedFile(b"Bob"), "/data/upload/1/b.txt": ServedFile(b"x" * (MOST + 1))}
    assert own.read_files(3, [note, note]) == [b"Bob", b"Bob"] == own.read_files(3, [note, inline(b"Bob")])
    assert len(studio.asked) <= 2
    assert own.read_files(3, ["/data/upload/1/b.txt", "/data/upload/1/c.txt", f"{elsewhere.url}/a.txt"]) == [
        Failure("bad_task", "is larger than 0.02 MB (MAX_IMAGE_MB)."),
        Failure(
            "bad_task",
            "is not there (Label Studio answers 404): see that the file exists, and that a storage of the project "
            "covers it.",
        ),
        Failure("bad_task", "is on another host (127.0.0.1): set ALLOW_FOREIGN_URLS=true to read such files."),
    ]
    assert elsewhere.asked == []
    assert "is not a PNG" in str(read(own, note))


def test_it_is_bounded_and_the_oldest_go_first() -> None:
    cache = PictureCache(most_bytes=10)
    for name in "abc":
        cache.put(name, picture(name, b"four"))
    assert [cache.get(name) is not None for name in "abc"] == [False, True, True]
    cache.put("huge", picture("d", b"x" * 11))
    assert [cache.get(name) for name in ("b", "c", "huge")] == [None, None, None]
    cache.put("e", picture("e", b"four"))
    assert cache.get("e") == picture("e")


def test_what_is_put_again_counts_once() -> None:
    cache = PictureCache(most_bytes=10)
    for _ in range(5):
        cache.put("a", picture("a", b"four"))
    cache.put("b", picture("b", b"four"))
    assert cache.get("a") == picture("a")


def test_it_forgets_because_files_are_replaced() -> None:
    cache = PictureCache(fresh_s=0)
    cache.put("a", picture("a"))
    assert cache.get("a") is None
