"""Files of Label Studio, over real HTTP: the token goes to it, and nowhere else."""

from collections.abc import Iterator

import pytest

from backend.adapters.label_studio.client import LabelStudioClient
from backend.adapters.label_studio.credential import Credential
from backend.adapters.web.file_answer import Moved
from backend.domain.outcome import Failure
from backend.errors import StudioError
from tests.pictures import FileServer, ServedFile, file_server

TOKEN = "f" * 40


@pytest.fixture
def files() -> Iterator[FileServer]:
    with file_server() as running:
        yield running


def test_a_file_is_read_with_the_token(files: FileServer) -> None:
    files.paths["/data/upload/1/a%20b.png"] = ServedFile(b"bytes")
    assert LabelStudioClient(files.url, TOKEN).files.read("/data/upload/1/a%20b.png", 100) == b"bytes"
    assert files.asked[0][1]["authorization"] == f"Token {TOKEN}"


def test_below_a_path_and_with_the_credential_of_somebody_else(files: FileServer) -> None:
    files.paths["/studio/data/local-files/?d=a.png"] = ServedFile(b"bytes")
    client = LabelStudioClient(f"{files.url}/studio/", None, credential=Credential("Authorization", "Token other"))
    assert client.files.read("/data/local-files/?d=a.png", 100) == b"bytes"
    assert files.asked[0][1]["authorization"] == "Token other"


def test_a_redirect_is_given_back_and_not_followed(files: FileServer) -> None:
    with file_server() as other:
        files.paths["/x"] = ServedFile(status=303, location=f"{other.url}/signed?X-Amz-Signature=a")
        assert LabelStudioClient(files.url, TOKEN).files.read("/x", 100) == Moved(
            f"{other.url}/signed?X-Amz-Signature=a"
        )
        assert other.asked == []


@pytest.mark.parametrize(
    ("served", "words"),
    [
        (ServedFile(status=404), "is not there (Label Studio answers 404): see that the file exists"),
        (ServedFile(status=401), "is not for this token: Label Studio refuses it (401)."),
        (ServedFile(status=403), "is not for this token: Label Studio refuses it (403)."),
        (ServedFile(status=500), "cannot be read now (its server answers 500)"),
        (ServedFile(b"x" * 101), "is larger than 0.0001 MB (MAX_IMAGE_MB)."),
        (ServedFile(b"x", length=50), "cannot be read from Label Studio (RemoteProtocolError)"),
    ],
)
def test_what_cannot_be_read_is_told(files: FileServer, served: ServedFile, words: str) -> None:
    files.paths["/x"] = served
    answer = LabelStudioClient(files.url, TOKEN).files.read("/x", 100)
    assert isinstance(answer, Failure)
    assert words in answer.detail


def test_a_label_studio_that_is_down_ends_the_work(files: FileServer) -> None:
    with file_server() as gone:
        client = LabelStudioClient(gone.url, TOKEN)
    with pytest.raises(StudioError, match="not reachable"):
        client.files.read("/x", 100)


def test_label_studio_answers_500_for_an_upload_that_was_deleted(files: FileServer) -> None:
    files.paths["/data/upload/1/x.png"] = ServedFile(status=500)
    answer = LabelStudioClient(files.url, TOKEN).files.read("/data/upload/1/x.png", 100)
    assert answer == Failure("bad_task", "is not there: Label Studio answers 500, as for an upload that was deleted.")
