"""Audit, report and export: on a real Label Studio with the stand-in as the model, read in a real browser."""

import csv
import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from pyarrow import parquet

from backend.domain.dataset.subset import Subset
from backend.interfaces.presentation.report_page import page as rendered
from tests.installation import Installation
from tests.journeys.browser import FLAGS
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import TOPICS, StudioProject, chosen, messages, topic_of, truths
from tests.unit.interfaces.presentation.test_report_page import EVIL, evil_report

TASKS, WRONG = 40, 4
ALWAYS_PRAISE = "- Praise: delivery, refund, message\n- Refund: delivery\n- Delivery: refund, praise\n\n{text}"


@pytest.fixture(scope="module")
def chromium_pages(chromium: str) -> Iterator[Any]:
    """A browser that is signed in nowhere."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


def opened(browser: Any, path: Path, **settings: Any) -> Page:
    """The page of a file; whatever it complains about fails the test."""
    page: Page = browser.new_context(**settings).new_page()
    page.set_default_timeout(10_000)
    page.goto(path.as_uri())
    return page


def quiet(page: Page) -> bool:
    return not page.console_messages() and not page.page_errors()


def test_hostile_text_is_shown_and_does_nothing(chromium_pages: Any, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_bytes(rendered(evil_report(), Subset("ground-truth"), "today"))
    page = opened(chromium_pages, path)
    page.locator("#rows summary").first.click()
    shown = page.evaluate("document.body.innerText").replace("\n", " ")
    for where in ("note", "model", "raw", "text 0", "project"):
        assert f"{where} {EVIL.strip()}" in shown, where
    page.get_by_role("combobox", name="Truth").select_option(EVIL)
    expect(page.locator("#where")).to_have_text("1 to 15 of 15, chosen from 30")
    assert page.evaluate("[window.ran, document.images.length, document.scripts.length]") == [None, 0, 2]
    assert quiet(page)


BROKEN_WORDS = """() => {
  const broken = [];
  const walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode())
    for (const word of node.data.matchAll(/[\\p{L}\\p{N}@]+/gu)) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const lines = new Set([...range.getClientRects()].map((box) => box.top));
      if (lines.size > 1 && !node.parentElement.closest("details:not([open]) > :not(summary)")) broken.push(word[0]);
    }
  return broken;
}"""


def test_on_paper_all_rows_are_there_and_words_are_whole(chromium_pages: Any, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    words = "Congratulations unfortunately misunderstanding " * 3
    path.write_bytes(rendered(evil_report(evil=words.strip()), Subset("ground-truth"), "today"))
    page = opened(chromium_pages, path, viewport={"width": 718, "height": 1000})  # A4 within its margins
    page.evaluate(
        "addEventListener('beforeprint', () => { window.printed = document.querySelectorAll('#rows > tr').length; })"
    )
    assert page.pdf(format="A4")[:4] == b"%PDF"
    assert page.evaluate("window.printed") == 30
    expect(page.locator("#rows > tr")).to_have_count(25)
    page.emulate_media(media="print")
    assert page.evaluate(BROKEN_WORDS) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert quiet(page)


def test_wrong_answers_come_first(chromium_pages: Any, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_bytes(rendered(evil_report(evil="Bad"), Subset("ground-truth"), "today"))
    page = opened(chromium_pages, path)
    shown = page.locator("#rows .kind").all_inner_texts()
    assert shown[:6] == ["✗ wrong"] * 6
    assert set(shown[6:]) == {"✓ right"}
    sure = [float(text) for text in page.locator("#rows > tr > td:nth-child(6)").all_inner_texts()]
    assert sure[:6] == sorted(sure[:6], reverse=True)
    assert quiet(page)


def test_a_style_or_script_that_got_in_would_not_run(chromium_pages: Any, tmp_path: Path) -> None:
    """The policy is a second lock: here the first one is broken on purpose."""
    path = tmp_path / "report.html"
    broken = "<script>window.ran=1</script><p style='color:red' id=styled onclick='window.ran=1'>x</p></main>"
    html = rendered(evil_report(), Subset("ground-truth"), "today").decode().replace("</main>", broken)
    path.write_text(html, encoding="utf-8")
    page = opened(chromium_pages, path)
    page.locator("#styled").click()
    assert page.evaluate("window.ran") is None
    assert page.evaluate("getComputedStyle(document.getElementById('styled')).color") != "rgb(255, 0, 0)"
    assert not quiet(page)


@pytest.fixture(scope="module")
def project(label_studio: RunningLabelStudio) -> StudioProject:
    """40 messages with a truth, the first four marked wrongly; two copies with different truths; and a task with two
    annotations that differ."""
    tasks = [*messages(TASKS), {"text": "Copy about praise"}, {"text": "copy  about PRAISE"}]
    marked = [*truths(TASKS, of=TASKS, wrong=WRONG), chosen("Praise"), chosen("Refund")]
    made = StudioProject.made(label_studio, tasks, marked)
    extra = {"result": chosen(topic_of(5)), "ground_truth": False}
    path = f"/api/tasks/{made.task_ids()[WRONG]}/annotations/"
    made.http.post(path, json=extra).raise_for_status()
    return made


def accepted(project: StudioProject, tag: str) -> int:
    """Makes an annotation of a prediction, as the Data Manager does, and marks it as ground truth; its task."""
    (new,) = project.add([{"text": "A new one, about delivery"}])
    body = [{"task": new, "model_version": tag, "result": chosen("Praise")}]
    project.http.post(f"/api/projects/{project.id}/import/predictions", json=body).raise_for_status()
    project.act("predictions_to_annotations", model_version=[tag], selectedItems={"all": False, "included": [new]})
    (made,) = (a for task in project.tasks() if task["id"] == new for a in task["annotations"])
    project.http.patch(f"/api/annotations/{made['id']}/", json={"ground_truth": True}).raise_for_status()
    return int(new)


def test_from_evaluations_to_audit_report_and_export(
    mine: Installation, project: StudioProject, chromium_pages: Any, tmp_path: Path
) -> None:
    ids = project.task_ids()
    mine = mine.but(PRICE_IN="1", PRICE_OUT="2")
    first = mine.save("topic", project.id, ALWAYS_PRAISE, note="<b>first</b>")
    second = mine.save("topic", project.id)
    for tag in (first, second):
        mine.command("evaluate", tag, "--no-push")
    audited(mine, project, second, ids)
    report, page = reported(mine, (first, second), chromium_pages, tmp_path)
    browsed(page, project, first)
    kept(mine, second, report)
    exported(mine, project, second, tmp_path)


def audited(mine: Installation, project: StudioProject, tag: str, ids: list[int]) -> None:
    new = accepted(project, tag)
    mine.command("run", tag, "--ids", new, "--no-push")
    done = mine.command("audit", project.id, "--json")
    suspects = done.json
    assert {row["task"] for row in suspects[: WRONG + 1]} == {*ids[:WRONG], ids[-1]}
    top = suspects[0]
    assert {"task", "truth", "suggested", "score", "versions"} <= set(top)
    assert top["suggested"] == topic_of(ids.index(top["task"])) or top["task"] == ids[-1]
    assert [row["score"] for row in suspects] == sorted((row["score"] for row in suspects), reverse=True)
    assert top["link"].endswith(f"/projects/{project.id}/data?task={top['task']}")
    assert new not in {row["task"] for row in suspects}
    assert "1 ground truth left out" in done.err
    found = mine.app.audit(project.id, Subset("ground-truth", accepted=True))
    assert [row.accepted for row in found.suspects if row.task == new] == [True]
    assert [[one.task for one in group] for group in found.duplicates] == [ids[-2:]]
    assert [one.task for one in found.disagreements] == [ids[WRONG]]
    shown = mine.command("audit", project.id).out
    assert 'Choose "' in shown
    assert top["link"] in shown


def reported(mine: Installation, tags: tuple[str, str], browser: Any, folder: Path) -> tuple[Path, Page]:
    path = folder / "report.html"
    done = mine.command("report", tags[1], "--vs", tags[0], "-o", path)
    assert "A report on 42 tasks was written." in done.err
    html = path.read_bytes()
    assert len(html) < 1_000_000
    return path, opened(browser, path, color_scheme="dark", viewport={"width": 1280, "height": 900})


def browsed(page: Page, project: StudioProject, first: str) -> None:
    """As somebody with a keyboard and a screen reader would."""
    rows = page.locator("#rows > tr")
    expect(rows).to_have_count(25)
    expect(page.get_by_role("status")).to_have_text("1 to 25 of 42")
    page.get_by_role("button", name="Next page").press("Enter")
    expect(page.get_by_role("status")).to_have_text("26 to 42 of 42")
    page.get_by_role("combobox", name="Result").select_option("wrong")
    expect(rows).to_have_count(WRONG + 1)
    head = page.get_by_role("columnheader", name="confidence")
    for direction, reverse in (("ascending", False), ("descending", True)):
        head.get_by_role("button").press("Enter")
        expect(head).to_have_attribute("aria-sort", direction)
        sure = [float(text) for text in page.locator("#rows > tr > td:nth-child(6)").all_inner_texts()]
        assert sure == sorted(sure, reverse=reverse)
    page.get_by_role("combobox", name="Result").select_option("")
    page.get_by_role("searchbox", name="Search").fill("message 11, REFUND")
    expect(rows).to_have_count(0)
    page.get_by_role("searchbox", name="Search").fill("message 11, praise")
    expect(rows).to_have_count(1)
    link = rows.get_by_role("link")
    assert (link.get_attribute("href") or "").endswith(f"/projects/{project.id}/data?task={project.task_ids()[11]}")
    page.get_by_role("searchbox", name="Search").fill("")
    page.locator("a[data-kind=fixed]").click()
    expect(page.get_by_role("combobox", name="Result")).to_have_value("fixed")
    page.locator("#rows summary").first.press("Enter")
    expect(page.locator("#rows pre", has_text='{"topic": "').first).to_be_visible()
    expect(page.get_by_role("img")).to_have_count(3)
    expect(page.get_by_text("<b>first</b>")).to_be_visible()
    expect(page.get_by_role("rowheader", name=first, exact=True)).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(17, 20, 24)"
    assert page.pdf()[:4] == b"%PDF"
    assert quiet(page)


def kept(mine: Installation, tag: str, report: Path) -> None:
    """A report that can't be made leaves the old one."""
    before = report.read_bytes()
    failed = mine.command("report", tag, "--vs", tag, "-o", report, code=1)
    assert "can't be compared with itself" in failed.err
    assert report.read_bytes() == before
    assert [path.name for path in report.parent.iterdir() if path.name.endswith(".part")] == []


def exported(mine: Installation, project: StudioProject, tag: str, folder: Path) -> None:
    lines = [json.loads(line) for line in mine.command("export", tag, "--format", "jsonl").out.splitlines()]
    assert [row["task"] for row in lines] == project.task_ids()
    assert lines[5]["answer.topic"] == lines[5]["truth.topic"] == topic_of(5)
    assert {row["verdict"] for row in lines} == {"usable"}
    table = list(csv.DictReader(StringIO(mine.command("export", tag).out)))
    assert [row["data.text"] for row in table] == [row["data.text"] for row in lines]
    path = folder / "rows.parquet"
    assert mine.app.export(tag, "parquet", path) == len(lines)
    assert parquet.read_table(path).to_pylist() == lines
    assert {row["answer.topic"] for row in lines} <= set(TOPICS)
