"""The page a report is: nothing in it can run, and it holds what the report says. How it looks in a browser is a
journey's matter."""

import json
import re
from base64 import b64encode
from dataclasses import replace
from functools import cache
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from hypothesis import given

from backend.domain.answer import Labels
from backend.domain.canary import Canary, StoredCanary
from backend.domain.cascade import Cascade, joined
from backend.domain.dataset.ground_truth import NOTHING
from backend.domain.dataset.subset import Subset
from backend.domain.metrics.classification import score
from backend.domain.outcome import Outcome, Truth, Usage
from backend.domain.reports.cascade_curve import StepAnswers
from backend.domain.reports.history_line import HistoryLine, line_of
from backend.domain.reports.report import Report, ReportBasis, VersionAnswers, make_report
from backend.domain.task import Task
from backend.interfaces.presentation import report_page as pages
from tests.scripted import any_text, choices, sure_of, version

GOOD = {"mood": Labels(("Good",))}
EVIL = "</script><script>window.ran=1</script><!--<script><img src=x onerror='window.ran=1'>{{7*7}}\u2028"


def evil_report(against: bool = True, evil: str = EVIL) -> Report:
    """With hostile text wherever anybody can put one."""
    schema = choices(evil, "Good", name=f"mood {evil[:40]}")
    field = schema.fields[0].name
    two, one = (
        version(evil + "{text}", schema, number=n, note=f"note {evil}", model=f"model {evil}", variables=("text",))
        for n in (2, 1)
    )
    tasks = [Task(n, {"text": f"text {n} {evil}"}) for n in range(30)]
    truths = [Truth(n, {field: Labels((evil if n % 2 else "Good",))}) for n in range(30)]

    def said(shift: int) -> list[Outcome]:
        usage = Usage(10, 5, 0.001, 0.5)
        return [
            Outcome(
                n, {field: Labels((evil if (n + (n % shift == 0)) % 2 else "Good",))}, "d", sure_of((n + 1) / 31), usage
            )
            for n in range(30)
        ]

    ground = ReportBasis(f"project {evil}", "http://localhost:8080/data?task=", tasks, truths, NOTHING, schema)
    now, before = (
        VersionAnswers(v, said(shift), dict.fromkeys(range(30), f"raw {evil}")) for v, shift in ((two, 5), (one, 3))
    )
    given = (truths, schema)
    history = [line_of(one, before.outcomes, *given), line_of(two, now.outcomes, *given), HistoryLine(two)]
    return make_report(now, before if against else None, ground, history)


class Elements(HTMLParser):
    """What a page consists of."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def html(report: Report) -> str:
    return pages.page(report, Subset("ground-truth"), "today").decode()


@cache
def evil_page(evil: str = EVIL) -> str:
    """It takes longer to make than to look at."""
    return html(evil_report(evil=evil))


def test_hostile_text_makes_no_element_and_no_attribute() -> None:
    text = evil_page()
    found = Elements(text)
    assert [one.get("type") for one in found.of("script")] == ["application/json", None]
    assert found.of("img") == found.of("iframe") == []
    assert len(found.of("style")) == 1
    attributes = {name for _, attributes in found.found for name in attributes}
    assert not {name for name in attributes if name.startswith("on") or name in ("style", "src")}
    assert "project &lt;/script&gt;" in text
    assert "{{7*7}}" in text


def test_only_its_own_script_and_style_may_run() -> None:
    text = evil_page()
    (policy,) = (one["content"] for one in Elements(text).of("meta") if one.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    for kind, pattern in (("script-src", r"<script>(.*?)</script>"), ("style-src", r"<style>(.*?)</style>")):
        (content,) = re.findall(pattern, text, flags=re.DOTALL)
        assert f"{kind} 'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'" in policy
    assert "unsafe" not in policy


def test_it_needs_nothing_from_anywhere() -> None:
    text = evil_page("Bad")
    addresses = set(re.findall(r"https?://[^\"' <]+", text)) - {"http://localhost:8080/data?task="}
    assert addresses <= {"http://www.w3.org/1999/xlink", "http://www.w3.org/2000/svg"}


def test_the_data_is_what_the_report_says() -> None:
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', evil_page(), flags=re.DOTALL)
    found = json.loads(data)
    assert (found["tag"], found["against"], len(found["tasks"])) == ("mood@2", "mood@1", 30)
    assert [one[3][0] for one in found["tasks"]] == sorted((one[3][0] for one in found["tasks"]), reverse=True)
    task, text, truth, reply, before, change = next(one for one in found["tasks"] if one[0] == 5)
    assert (task, text, truth, change) == (5, f"text 5 {EVIL}", EVIL, "broken")
    assert reply == ["wrong", "Good", None, round(6 / 31, 6), f"raw {EVIL}"]
    assert before[:2] == ["right", EVIL]


@given(any_text)
def test_embedded_json_can_neither_end_its_element_nor_change(text: str) -> None:
    found = pages.embedded({"x": [text]})
    assert not re.search("[<>&\u2028\u2029\ud800-\udfff]", found)
    assert json.loads(found) == {"x": [text]}


@pytest.mark.slow
def test_the_same_report_is_the_same_page() -> None:
    assert html(evil_report()) == evil_page()


def test_without_another_version_nothing_is_compared() -> None:
    text = html(evil_report(against=False, evil="Bad"))
    assert 'id="comparison"' not in text
    assert "fixed</option>" not in text


def test_lone_surrogates_do_not_end_it() -> None:
    report = evil_report(evil="Bad")
    odd = replace(report, ground="\ud800", tasks=(replace(report.tasks[0], text="\udfff"),))
    text = html(odd)
    assert '<p class="about">?, project' in text
    assert "\\udfff" in text


def test_every_table_has_a_caption_and_every_region_a_name() -> None:
    text = evil_page("Bad")
    assert len(re.findall("<table", text)) == len(re.findall("<caption", text)) > 4
    found = Elements(text)
    assert all(one.get("aria-label") for tag in ("div", "nav", "form") for one in found.of(tag) if "role" in one)
    ids = [one["id"] for _, one in found.found if "id" in one]
    assert len(ids) == len(set(ids))
    named = [name for _, one in found.found for name in (one.get("aria-labelledby") or "").split()]
    assert set(named) <= set(ids)
    headers = [one for one in found.of("th") if one.get("scope") not in ("row", "col")]
    assert headers == []


@pytest.mark.parametrize("labels", [3, pages.MOST_LABELS + 1])
def test_a_matrix_of_very_many_labels_is_a_list_of_what_is_confused_most(labels: int) -> None:
    names = [f"l{n:02}" for n in range(labels)]
    schema = choices(*names)
    truths = [Truth(n, {"mood": Labels((name,))}) for n, name in enumerate(names)]
    outcomes = [Outcome(n, {"mood": Labels((names[0],))}) for n in range(labels)]
    matrix = pages.matrices(score(outcomes, truths, schema))["mood"]
    if labels > pages.MOST_LABELS:
        assert [(pair.truth, pair.answer, pair.times) for pair in matrix.worst[:1]] == [("l01", "l00", 1)]
        assert matrix.cells == ()
    else:
        assert matrix.answers == ("l00",)
        assert matrix.cells[1] == ("l01", ((1, "miss s5"),))
        assert matrix.cells[0] == ("l00", ((1, "hit s5"),))


def test_nothing_is_a_number_that_does_not_exist() -> None:
    schema = choices("Good", "Bad")
    only = version(schema=schema, variables=("text",))
    ground = ReportBasis(
        "Inbox", "http://x/", [Task(1, {"text": "t"})], [Truth(1, {"mood": Labels(("Good",))})], NOTHING, schema
    )
    outcomes = [Outcome(1, {"mood": Labels(("Bad",))})]
    history = [line_of(only, outcomes, ground.truths, schema)]
    found = make_report(VersionAnswers(only, outcomes, {}), None, ground, history)
    text = html(found)
    assert "n/a: No answer to a task with a ground truth has a confidence." in text
    assert '<dt>Cost</dt><dd class="big">n/a</dd>' in text


def test_a_cascade_shows_its_curve_and_who_answered() -> None:
    schema = choices("Good", "Bad")
    mood = version(schema=schema, model="cheap", cascade=Cascade("dear", below=0.6), variables=("text",))
    ground = ReportBasis(
        "p", "http://x/", [Task(n, {"text": "t"}) for n in (1, 2)], [Truth(n, GOOD) for n in (1, 2)], NOTHING, schema
    )
    first = {n: Outcome(n, GOOD, confidences=sure_of(0.4 * n), usage=Usage(cost_usd=1.0)) for n in (1, 2)}
    second = Outcome(1, GOOD, confidences=sure_of(0.99), usage=Usage(cost_usd=10.0))
    outcomes = [joined(first[1], second), first[2]]
    said = VersionAnswers(mood, outcomes, {}, steps=StepAnswers(first, {1: second}))
    text = html(make_report(said, None, ground, []))
    assert "cheap is asked first, then dear below 0.6. dear answered 1 of 2 tasks" in re.sub(r"\s+", " ", text)
    assert 'aria-labelledby="cascade-title cascade-text"' in text
    rows = re.findall(r'<tr class="here"><th scope="row" aria-current="true">(.*?)</th><td class="n">(.*?)</td>', text)
    assert rows == [("0.6", "50.0 %")]
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, flags=re.DOTALL)
    assert {task[0]: task[3][5] for task in json.loads(data)["tasks"]} == {1: "dear", 2: "cheap"}


@pytest.mark.slow
def test_the_newest_canary_is_told() -> None:
    report = evil_report()
    assert "Canary of" not in evil_page()
    found = html(replace(report, canary=StoredCanary("2026-11-30T05:00:00", Canary(50, 9, 8, 0))))
    assert "Canary of 2026-11-30: 50 stored requests of" in found
    assert "The model has changed (p = 0.00015)" in found
