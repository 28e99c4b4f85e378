"""Which place the address of a picture names: many shapes of the same place, and hostile ones of none."""

from typing import Any

import pytest

from backend.domain.pictures.address import NO_ADDRESS, AtStudio, Elsewhere, FileAddress, Inline, InStorage, place_of

STUDIO = "http://studio.test:8080"
UPLOAD = "/data/upload/16/3f8c19ab-im%200.png"
OTHERS = (
    "https://cdn.test/static/img/cat.jpg",
    "https://news.test/2024/static/a.jpg?x=1",
    "https://bucket.test/data/upload/7/cat.jpg",
    "https://bucket.test/data/upload/cat/3f8c19ab-cat.jpg",
)
"""On hosts that are not Label Studio's, at paths that it has too."""
STORED = "s3://bucket/in a/im.png"
ENCODED = "czM6Ly9idWNrZXQvaW4gYS9pbS5wbmc="


@pytest.mark.parametrize(
    ("address", "place"),
    [
        (UPLOAD, AtStudio(UPLOAD)),
        (STUDIO + UPLOAD, AtStudio(UPLOAD)),
        ("https://localhost" + UPLOAD, AtStudio(UPLOAD)),
        ("/label-studio" + UPLOAD, AtStudio(UPLOAD)),
        ("/data/local-files/?d=sub/im2.png", AtStudio("/data/local-files/?d=sub/im2.png")),
        ("http://0.0.0.0:8080/data/local-files/?d=a%26b.png", AtStudio("/data/local-files/?d=a%26b.png")),
        (
            "/storage-data/uploaded/?filepath=upload/1/x.png",
            AtStudio("/storage-data/uploaded/?filepath=upload/1/x.png"),
        ),
        ("/static/samples/sample.jpg", AtStudio("/static/samples/sample.jpg")),
        (f"{STUDIO}/static/samples/sample.jpg", AtStudio("/static/samples/sample.jpg")),
        (f"{STUDIO}/data/upload/7/a.jpg", AtStudio("/data/upload/7/a.jpg")),
        (STORED, InStorage(STORED)),
        (f"  {STORED}\n", InStorage(STORED)),
        (f"http://localhost:8080/tasks/9/resolve/?fileuri={ENCODED}", InStorage(STORED)),
        (f"/tasks/9/presign/?fileuri={ENCODED.rstrip('=')}", InStorage(STORED)),
        ("/projects/3/resolve?fileuri=s3%3A%2F%2Fbucket%2Fin%20a%2Fim.png", InStorage(STORED)),
        ("gs://b/k.png", InStorage("gs://b/k.png")),
        ("azure-blob://b/k.png", InStorage("azure-blob://b/k.png")),
        ("https://elsewhere.test/x.png?X-Amz-Signature=a", Elsewhere("https://elsewhere.test/x.png?X-Amz-Signature=a")),
        *((url, Elsewhere(url)) for url in OTHERS),
        ("data:image/png;base64,aGk=", Inline(b"hi")),
        ("data:image/png;base64,aGk%3D", Inline(b"hi")),
        ("DATA:;BASE64,aGk=", Inline(b"hi")),
        ("data:image/svg+xml,%3Csvg%2F%3E", Inline(b"<svg/>")),
    ],
)
def test_an_address_names_a_place(address: str, place: FileAddress) -> None:
    assert place_of(address, STUDIO) == place


@pytest.mark.parametrize(
    "address",
    [
        7,
        None,
        {"url": "x"},
        "",
        "im.png",
        "/api/projects/1/",
        "/data/upload/../../api/token/",
        "/data/upload/%2e%2e/%2e%2e/api/token/",
        f"{STUDIO}/api/projects/",
        "/tasks/9/resolve/?fileuri=!!",
        "/tasks/9/resolve/?fileuri=aHR0cDovL2V2aWwudGVzdC8=",
        "/tasks/9/resolve/",
        "/tasks/9/resolve/more?fileuri=s3://b/k",
        "file:///etc/passwd",
        "ftp://host/x.png",
        "//studio.test:8080/im.png",
        "http://[::1/x.png",
        "javascript:alert(1)",
        "redis://host/key",
        "s3://bucket/\ud800.png",
        "/tasks/9/resolve/?fileuri=s3://bucket/\ud800.png",
    ],
)
def test_what_is_no_place_is_told(address: Any) -> None:
    assert place_of(address, STUDIO) == NO_ADDRESS


@pytest.mark.parametrize("said", ["data:image/png;base64,aGk", "data:;base64,a", "data:;base64,é"])
def test_a_data_address_that_is_none_is_told(said: str) -> None:
    assert place_of(said, STUDIO) == "is a data: address that cannot be decoded."


def test_a_storage_is_asked_by_the_project() -> None:
    assert InStorage(STORED).path(3) == f"/projects/3/resolve/?fileuri={ENCODED}"
    odd = InStorage("s3://b/ä?&#.png")
    assert place_of("http://x" + odd.path(7), STUDIO) == odd


def test_what_a_task_holds_itself_is_not_shown() -> None:
    assert "secret" not in repr(Inline(b"secret"))
