"""Which requests of browsers are let in: by the name of this server, and from pages of its own."""

from typing import Any

import pytest

from backend.interfaces.web.admission import NO_TOKEN, admission_by_path, everyone
from backend.interfaces.web.pages.guard import MOST_FORM, OTHER_HOST, OTHER_ORIGIN, TOO_LARGE, PageAddress, PageGuard

OWN = "127.0.0.1:9090"


def environ(method: str = "POST", host: str = OWN, **headers: str) -> dict[str, Any]:
    """Of a form that a page of this server sent, but for what is given."""
    own = {"HTTP_HOST": host, "HTTP_ORIGIN": f"http://{host}", "CONTENT_LENGTH": "10", "wsgi.url_scheme": "http"}
    return {"REQUEST_METHOD": method, **own, **headers}


@pytest.mark.parametrize("host", [OWN, "localhost:9090", "[::1]:9090", "LOCALHOST"])
def test_this_machine_is_always_known(host: str) -> None:
    sent = environ(host=host, HTTP_ORIGIN=f"http://{host.lower()}")
    assert PageGuard(PageAddress())(sent) is None
    assert PageGuard(PageAddress("https://prompts.example.com"))(sent) is None


@pytest.mark.parametrize(
    "host", ["evil.example", "10.0.0.7:9090", "127.0.0.1.evil.example", "localhost.evil.example", ""]
)
def test_another_name_is_refused_for_reading_too(host: str) -> None:
    assert PageGuard(PageAddress())(environ("GET", host)) == OTHER_HOST
    assert PageGuard(PageAddress("https://prompts.example.com"))(environ("POST", host)) == OTHER_HOST


def test_page_url_names_the_server_and_its_scheme() -> None:
    """A proxy in front speaks TLS; from it comes plain HTTP."""
    guard, host = PageGuard(PageAddress("https://prompts.example.com")), "prompts.example.com"
    assert guard(environ("GET", host)) is None
    assert guard(environ(host=host, HTTP_ORIGIN="https://prompts.example.com")) is None
    assert guard(environ(host=host, HTTP_ORIGIN="http://prompts.example.com")) == OTHER_ORIGIN
    assert guard(environ(host="prompts.example.com:8443")) == OTHER_HOST


@pytest.mark.parametrize("origin", ["", "null", "http://127.0.0.1", "http://127.0.0.1:8080", "https://127.0.0.1:9090"])
def test_a_change_comes_from_exactly_this_origin(origin: str) -> None:
    assert PageGuard(PageAddress())(environ(HTTP_ORIGIN=origin)) == OTHER_ORIGIN
    assert PageGuard(PageAddress())(environ("GET", HTTP_ORIGIN=origin)) is None
    missing = environ()
    del missing["HTTP_ORIGIN"]
    assert PageGuard(PageAddress())(missing) == OTHER_ORIGIN


@pytest.mark.parametrize("site", ["same-site", "cross-site", "none", "", "SAME-ORIGIN, cross-site"])
def test_a_browser_that_says_where_it_comes_from_is_believed(site: str) -> None:
    assert PageGuard(PageAddress())(environ(HTTP_SEC_FETCH_SITE=site)) == OTHER_ORIGIN
    assert PageGuard(PageAddress())(environ(HTTP_SEC_FETCH_SITE="same-origin")) is None


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_every_method_but_reading_is_a_change(method: str) -> None:
    assert PageGuard(PageAddress())(environ(method, HTTP_ORIGIN="http://evil.example")) == OTHER_ORIGIN


@pytest.mark.parametrize("length", [str(MOST_FORM + 1), "", "-1", "x"])
def test_a_large_form_or_one_of_unknown_size_is_refused(length: str) -> None:
    assert PageGuard(PageAddress())(environ(CONTENT_LENGTH=length)) == TOO_LARGE


@pytest.mark.parametrize("path", ["/prompts/sign-in", "//prompts/sign-in", "///prompts", "prompts/sign-out"])
def test_a_page_is_guarded_however_many_slashes_its_path_begins_with(path: str) -> None:
    """Routes are found without them."""
    admit = admission_by_path(everyone, PageGuard(PageAddress()))
    assert admit(environ(PATH_INFO=path, HTTP_ORIGIN="https://evil.example")) == OTHER_ORIGIN
    assert admit(environ(PATH_INFO=path)) is None


@pytest.mark.parametrize("path", ["/api/prompts/", "//api/prompts/", "api/prompts/"])
def test_the_api_asks_for_a_token_however_many_slashes_its_path_begins_with(path: str) -> None:
    assert admission_by_path(everyone, PageGuard(PageAddress()))(environ(PATH_INFO=path)) == NO_TOKEN
