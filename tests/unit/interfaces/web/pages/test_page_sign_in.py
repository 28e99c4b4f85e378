"""Signing in starts a session that only a cookie of this server names; signing out ends it."""

from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from werkzeug.test import TestResponse

from backend.adapters.label_studio.credential import OF_PERSON
from backend.adapters.label_studio.http import Refused
from backend.errors import PromptsError
from backend.interfaces.web.pages.guard import PageAddress
from backend.interfaces.web.pages.page_request import STALE, PageRequest
from backend.interfaces.web.pages.page_sign_in import COOKIE, ENDED, MOST_TOKEN, PASTE_IT, SIGNED_OUT, PageSignIn
from backend.interfaces.web.pages.routes import add_pages
from backend.interfaces.web.pages.sessions import Sessions
from backend.interfaces.web.problem import NO_EDITOR, Problem, problem_of

TOKEN = "token-of-ann"
STUDIO = "http://studio.test"


class KnownTokens:
    """Knows the tokens in `apps`, as SignIn does when it has asked Label Studio. `trouble`: what it raises instead."""

    studio_url = STUDIO

    def __init__(self) -> None:
        self.apps: dict[str, Any] = {TOKEN: SimpleNamespace(person=SimpleNamespace(email="ann@x.test"), may_edit=True)}
        self.trouble: Problem | None = None

    def owner(self, token: str, peer: str) -> Any:
        assert peer == "127.0.0.1"
        if self.trouble:
            raise self.trouble
        if token not in self.apps:
            raise Problem(401, OF_PERSON.refused)
        return self.apps[token]


class House:
    """A server with the page, and with a page of a test's own behind a sign-in of its own."""

    def __init__(self, address: PageAddress = PageAddress()) -> None:  # noqa: B008
        self.desk, self.sessions, self.done = KnownTokens(), Sessions(), 0
        self.trouble: PromptsError | None = None
        desk: Any = self.desk
        self.server = Flask(__name__)
        add_pages(self.server, desk, address)
        page_sign_in = PageSignIn(desk, address, STUDIO, self.sessions)
        for path, name, view, method in (
            ("enter", "enter", page_sign_in.enter, "POST"),
            ("leave", "leave", page_sign_in.leave, "POST"),
            ("room", "room", page_sign_in.signed_in(self.room), "GET"),
            ("room", "change", page_sign_in.signed_in(self.change, changes=True), "POST"),
        ):
            self.server.add_url_rule(f"/prompts/own/{path}", name, view, methods=[method])
        self.server.register_error_handler(PromptsError, lambda error: (str(error), problem_of(error).status))
        self.server.register_error_handler(Problem, lambda problem: (str(problem), problem.status))
        self.browser: FlaskClient = self.server.test_client()

    def room(self, page: PageRequest) -> str:
        if self.trouble:
            raise self.trouble
        return f"Hello {page.app.person.email}"

    def change(self, page: PageRequest) -> str:
        if self.trouble:
            raise self.trouble
        self.done += 1
        return "Done."

    def enter(self, token: str = TOKEN, **form: str) -> TestResponse:
        return self.browser.post("/prompts/own/enter", data={"token": token, **form})

    def look(self) -> TestResponse:
        return self.browser.get("/prompts/own/room")

    def act(self, form_token: str) -> TestResponse:
        return self.browser.post("/prompts/own/room", data={"form_token": form_token})

    @property
    def cookie(self) -> str:
        held = self.browser.get_cookie(COOKIE, path="/prompts")
        return held.value if held else ""

    @property
    def form_token(self) -> str:
        session = self.sessions.get(self.cookie)
        assert session is not None
        return session.form_token


@pytest.fixture
def house() -> House:
    return House()


def test_a_part_of_a_page_that_asks_without_a_session_has_the_whole_page_loaded_again(house: House) -> None:
    answer = house.browser.get("/prompts/own/room", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.text, answer.headers["HX-Refresh"]) == (204, "", "true")


def test_who_gives_a_token_gets_in_until_they_leave(house: House) -> None:
    entered = house.enter(f"  {TOKEN}\n")
    assert (entered.status_code, entered.location) == (303, "/prompts")
    assert house.look().text == "Hello ann@x.test"
    left, cookie = house.browser.post("/prompts/own/leave"), house.cookie
    assert (left.status_code, left.location, cookie) == (303, "/prompts/sign-in", "")
    assert house.look().status_code == 303


def test_the_cookie_is_for_this_server_alone_and_is_not_the_token(house: House) -> None:
    sent = house.enter().headers["Set-Cookie"]
    assert TOKEN not in sent
    assert {"HttpOnly", "Path=/prompts", "SameSite=Strict"} <= set(sent.split("; "))
    assert "Secure" not in sent, "plain HTTP on this machine"
    behind = House(PageAddress("https://prompts.example.com"))
    answer = behind.browser.post("/prompts/own/enter", data={"token": TOKEN}, headers={"Host": "prompts.example.com"})
    assert "; Secure" in answer.headers["Set-Cookie"]


def test_signing_in_again_ends_the_session_before(house: House) -> None:
    house.enter()
    before = house.cookie
    house.enter()
    assert house.cookie != before
    assert house.sessions.get(before) is None


def test_a_session_that_the_browser_chose_is_not_taken(house: House) -> None:
    house.browser.set_cookie(COOKIE, "chosen", path="/prompts")
    house.enter()
    assert house.cookie != "chosen"
    assert house.sessions.get("chosen") is None


@pytest.mark.parametrize("token", ["", "   ", "two words", "tök", "a\x00b", "x" * (MOST_TOKEN + 1)])
def test_what_no_token_looks_like_is_not_sent_to_label_studio(house: House, token: str) -> None:
    house.desk.trouble = Problem(500, "It was asked.")
    answer = house.enter(token)
    assert answer.status_code == 400
    assert PASTE_IT.split(":")[0] in answer.text
    assert "Set-Cookie" not in answer.headers


def test_a_wrong_token_is_told_and_not_repeated(house: House) -> None:
    answer = house.enter("wrong-token", next="/prompts/3")
    assert answer.status_code == 401
    assert "does not know this token" in answer.text
    assert "wrong-token" not in answer.text
    assert 'value="/prompts/3"' in answer.text, "the way on is kept"
    assert house.cookie == ""


@pytest.mark.parametrize(
    ("target", "leads"),
    [
        ("/prompts/3/versions/1?tab=2", "/prompts/3/versions/1?tab=2"),
        ("/prompts?sort=name", "/prompts?sort=name"),
        ("/promptsevil", "/prompts"),
        ("//evil.example", "/prompts"),
        ("https://evil.example/prompts", "/prompts"),
        ("/prompts/\\evil.example", "/prompts"),
        ("/prompts/\r\nSet-Cookie: a=b", "/prompts"),
        ("", "/prompts"),
    ],
)
def test_it_goes_on_to_a_page_of_this_server_only(house: House, target: str, leads: str) -> None:
    assert house.enter(next=target).location == leads


def test_who_is_not_signed_in_is_sent_to_the_door_and_back(house: House) -> None:
    answer = house.browser.get("/prompts/own/room?tab=2")
    assert (answer.status_code, answer.location) == (303, "/prompts/sign-in?next=/prompts/own/room?tab%3D2")
    door = house.browser.get(answer.location)
    assert 'value="/prompts/own/room?tab=2"' in door.text
    assert f'href="{STUDIO}/user/account"' in door.text
    assert door.headers["Cache-Control"] == "no-store"


def test_a_change_without_a_session_is_refused_because_its_form_would_be_lost(house: House) -> None:
    answer = house.act("any")
    assert (answer.status_code, answer.text, house.done) == (401, SIGNED_OUT, 0)


def test_a_change_needs_the_form_of_this_session(house: House) -> None:
    house.enter()
    assert (house.act("other").text, house.act("").text, house.act("é").text) == (STALE, STALE, STALE)
    assert house.done == 0
    assert (house.act(house.form_token).text, house.done) == ("Done.", 1)


def test_who_may_only_look_changes_nothing(house: House) -> None:
    house.desk.apps[TOKEN].may_edit = False
    house.enter()
    assert house.look().status_code == 200
    answer = house.act(house.form_token)
    assert (answer.status_code, answer.text, house.done) == (403, NO_EDITOR, 0)


def test_a_token_that_was_withdrawn_ends_the_session(house: House) -> None:
    house.enter()
    cookie = house.cookie
    del house.desk.apps[TOKEN]
    answer = house.look()
    assert (answer.status_code, answer.location) == (303, "/prompts/sign-in?next=/prompts/own/room&ended=1")
    assert house.sessions.get(cookie) is None
    assert escape(ENDED) in house.browser.get(answer.location).text
    assert escape(ENDED) not in house.browser.get("/prompts/sign-in").text


def test_so_does_one_that_is_refused_while_a_page_is_made(house: House) -> None:
    house.enter()
    house.trouble = Refused(401, OF_PERSON.refused)
    answer = house.look()
    assert answer.location == "/prompts/sign-in?next=/prompts/own/room&ended=1"
    assert house.sessions.get(house.cookie) is None
    house.enter()
    answer = house.act(house.form_token)
    assert (answer.status_code, answer.text) == (401, OF_PERSON.refused), "what was done by then is not known"
    assert house.sessions.get(house.cookie) is None


def test_another_refusal_leaves_the_session(house: House) -> None:
    house.enter()
    house.trouble = Refused(403, OF_PERSON.forbidden)
    assert house.look().text == OF_PERSON.forbidden
    assert house.sessions.get(house.cookie) is not None


def test_while_label_studio_is_away_the_session_stays(house: House) -> None:
    house.enter()
    house.desk.trouble = Problem(503, "Label Studio is away.")
    answer = house.look()
    assert (answer.status_code, answer.text) == (503, "Label Studio is away.")
    house.desk.trouble = None
    assert house.look().status_code == 200


def test_an_address_without_a_page_says_so_to_people_who_are_signed_in(house: House) -> None:
    assert house.browser.get("/prompts/no/such/page").status_code == 303
    house.browser.post("/prompts/sign-in", data={"token": TOKEN})
    answer = house.browser.get("/prompts/no/such/page")
    assert answer.status_code == 404
    assert "no page at this address" in answer.text
