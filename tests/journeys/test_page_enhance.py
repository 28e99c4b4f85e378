"""Enhancing on the page, without JavaScript: progress, both texts side by side, the verdict, and what is saved."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from benchmarks.enhance import CONFIG, messages
from demo import services
from demo.teacher import DATA
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.no_script import Browser, text_of
from tests.journeys.project import StudioProject, chosen
from tests.running import until
from tests.teaching import ScriptedTeacher, teaching

TRUTHS = 100


@pytest.fixture(scope="module")
def project(label_studio: RunningLabelStudio) -> StudioProject:
    found = messages()
    truths = [chosen(message.topic) for message in found[:TRUTHS]] + [None] * (len(found) - TRUTHS)
    return StudioProject.made(label_studio, [{"text": message.text} for message in found], truths, CONFIG)


@contextmanager
def visiting(installation: Installation, token: str, folder: Path) -> Iterator[Browser]:
    with services.backend(services.free_port(), installation.env, log=folder / "backend.log") as service:
        browser = Browser(service.url)
        with browser.http:
            browser.sign_in(token)
            yield browser


def searched(browser: Browser, page: str, **form: object) -> str:
    """Starts a search and waits for what comes of it."""
    browser.get(page)
    wish: dict[str, Any] = {"connection": "teacher", "model": "big", "rounds": 6, "budget": "", **form}
    browser.post(page, **wish)
    until(lambda: "Searching" not in text_of(browser.get(page)), 120)
    return text_of(browser.html)


def test_a_rewrite_is_followed_judged_shown_and_saved(
    mine: Installation, project: StudioProject, label_studio: RunningLabelStudio, tmp_path: Path
) -> None:
    with teaching("good", "empty", "losing") as teacher:
        taught = mine.but(**teacher.env, CONCURRENCY="8")
        taught.save("topic", project.id, (DATA / "prompt-1.txt").read_text(encoding="utf-8"))
        with visiting(taught, label_studio.api_key, tmp_path) as browser:
            page = version_page(browser) + "/enhance"
            form = text_of(browser.get(page))
            assert "ls-prompts enhance topic@1 --teacher teacher/stand-in --rounds 8 --budget 1.00" in form
            assert "client.prompts.versions.refine_prompt(" in form
            browser.post(page, connection="teacher", model="big", budget="1")
            until(lambda: "is unknown, so no budget can be kept" in text_of(browser.get(page)), 60)
            teacher.held = 1
            browser.get(page)
            browser.post(page, connection="teacher", model="big", rounds=6, budget="")
            until(lambda: teacher.requests, 60)
            shown = text_of(browser.get(f"{page}/progress"))
            assert "Rewrites by the teacher 0 Answers of the model" in shown
            assert "http-equiv" in browser.get(page), "it is followed without JavaScript"
            stopped(browser, page, teacher)
            found = searched(browser, page)
            assert "The rewrite is better than topic@1 on" in found
            assert "This was look 1 at these ground truths" in found
            assert "<ins>- Payment:" in browser.html or "<ins>- " in browser.html
            saved = re.search(r'Saved as <a href="(/prompts/\d+/versions/\d+)">topic@2</a>', browser.html)
            assert saved is not None
            assert "topic@1 rewritten by teacher/big" in text_of(browser.get(saved[1]))
    assert project.predictions() == [], "a search pushes nothing"


def stopped(browser: Browser, page: str, teacher: ScriptedTeacher) -> None:
    """Stops the search that waits for the teacher, whose later answers come."""
    browser.post(f"{page}/stop")
    teacher.held = None
    teacher.freed.set()
    until(lambda: "was stopped; its answers are kept" in text_of(browser.get(page)), 60)


def version_page(browser: Browser) -> str:
    found = re.search(r'href="(/prompts/\d+)">topic<', browser.get("/prompts"))
    assert found is not None
    version = re.search(rf'href="({found[1]}/versions/\d+)"', browser.get(found[1]))
    assert version is not None
    return version[1]


def test_what_is_not_better_is_saved_only_when_that_is_asked_for(
    mine: Installation, project: StudioProject, label_studio: RunningLabelStudio, tmp_path: Path
) -> None:
    bare = StudioProject.made(label_studio, [{"text": message.text} for message in messages()[:8]], config=CONFIG)
    with teaching("good") as teacher:
        taught = mine.but(**teacher.env)
        taught.save("topic", bare.id)
        with visiting(taught, label_studio.api_key, tmp_path) as browser:
            page = version_page(browser) + "/enhance"
            found = searched(browser, page)
            assert "It could not be checked, because the project has no ground truths." in found
            assert [item.tag for item in taught.app.versions("topic")] == ["topic@1"]
            asked = len(teacher.requests)
            found = searched(browser, page, anyway="1")
            assert "Saved as topic@2" in found
            assert len(teacher.requests) == asked, "what was answered is not asked again"
            browser.get(page)
            assert "write it like 2.50" in browser.post(page, 400, connection="teacher", model="big", budget="much")
