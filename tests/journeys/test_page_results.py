"""Results on the page, without JavaScript: filters with their counts, what is downloaded, and asking again."""

import csv
import json
import re
import secrets
from collections.abc import Iterator
from contextlib import closing

import pytest
from label_studio_sdk import LabelStudio

from backend.adapters.label_studio.sdk_internals import http_client_of
from backend.app import estimates
from backend.domain.dataset.subset import Subset
from backend.services.analysis import result_sources
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio, ServedInstallation
from tests.journeys.no_script import Browser, text_of
from tests.journeys.project import CONFIG, StudioProject, chosen, messages, truths
from tests.running import RunningStandIn, until

TASKS, TRUTHS, WRONG = 12, 6, 2


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    tasks = messages(TASKS, secrets.token_hex(4))
    return StudioProject(label_studio.new_project(CONFIG, tasks, truths(TRUTHS, TASKS, WRONG)), label_studio.http)


def address_of(installation: Installation, tag: str) -> str:
    app = installation.app
    row = next(item for item in app.public_objects().prompts() if tag.startswith(f"{item.name}@"))
    return f"/prompts/{row.id}/versions/{app.version_ids()[tag].id}"


@pytest.fixture
def results(backend_server: ServedInstallation, project: StudioProject) -> str:
    """The address of the results of a version that was run on all tasks."""
    installation = backend_server.installation
    tag = installation.save(f"read{project.id}", project.id)
    installation.app.run(tag, Subset("all"))
    return address_of(installation, tag)


def test_filters_are_in_the_address_and_say_how_many(visitor: Browser, results: str, project: StudioProject) -> None:
    everything = text_of(visitor.get(results))
    for told in ("All 12", "Wrong 2", "Right 4", "Without ground truth 6", f"{TASKS} of {TASKS} tasks shown"):
        assert told in everything
    task = project.task_ids()[0]
    wrong = text_of(visitor.get(f"{results}?kind=wrong&truth=Delivery&answer=Refund"))
    assert "1 of 12 tasks shown, ground truth Delivery, answer Refund" in wrong
    assert f" {task} " in wrong
    assert "0 of 12 tasks shown" in text_of(visitor.get(f"{results}?least=1&most=0"))
    assert "12 of 12 tasks shown" in text_of(visitor.get(f"{results}?least=nothing&sort=nothing&kind=nothing&page=0"))
    assert "12 of 12 tasks shown" in text_of(visitor.get(f"{results}?sort=confidence&page=999"))
    answer = visitor.http.get(f"{results}/results.jsonl?kind=wrong")
    rows = [json.loads(line) for line in answer.text.splitlines()]
    assert [row["truth"] for row in rows] == ["Delivery", "Praise"]
    assert "attachment" in answer.headers["Content-Disposition"]
    table = list(csv.DictReader(visitor.http.get(f"{results}/results.csv?kind=wrong").text.splitlines()))
    assert [(row["truth"], row["kind"]) for row in table] == [("Delivery", "wrong"), ("Praise", "wrong")]
    assert [row["text"] for row in table] == [row["text"] for row in rows]


def test_the_sdk_code_beside_the_results_reads_them(
    visitor: Browser, results: str, backend_server: ServedInstallation, label_studio: RunningLabelStudio
) -> None:
    code = re.search(
        r"client\.prompts\.subset_tasks\((\d+), prediction_version_ids=&#34;(\d+)&#34;\)", visitor.get(results)
    )
    assert code is not None
    client = LabelStudio(base_url=backend_server.url, api_key=label_studio.api_key)
    with closing(http_client_of(client).httpx_client):
        found = client.prompts.subset_tasks(int(code[1]), prediction_version_ids=code[2])
    assert len(found.results[0].task_result_list) == TASKS


def test_a_formula_in_a_text_is_text_in_a_table(
    visitor: Browser, backend_server: ServedInstallation, label_studio: RunningLabelStudio
) -> None:
    project = label_studio.new_project(CONFIG, [{"text": "=1+2 refund"}])
    tag = backend_server.installation.save(f"formula{project}", project)
    backend_server.installation.app.run(tag, Subset("all"))
    page = address_of(backend_server.installation, tag)
    (row,) = csv.DictReader(visitor.http.get(f"{page}/results.csv").text.splitlines())
    assert (row["text"], row["truth"]) == ("'=1+2 refund", "")


def test_what_changes_in_label_studio_is_seen_at_once(visitor: Browser, results: str, project: StudioProject) -> None:
    assert "Right 4" in text_of(visitor.get(results))
    first = project.tasks()[0]
    (annotation,) = first["annotations"]
    project.http.patch(f"/api/annotations/{annotation['id']}/", json={"result": chosen("Refund")}).raise_for_status()
    now = text_of(visitor.get(results))
    assert "Right 5" in now
    assert "5 of 6 answers with a ground truth are right." in now
    project.http.patch(f"/api/annotations/{annotation['id']}/", json={"ground_truth": False}).raise_for_status()
    assert "4 of 5 answers with a ground truth are right." in text_of(visitor.get(results))
    project.http.delete(f"/api/tasks/{first['id']}/").raise_for_status()
    assert f"{TASKS - 1} of {TASKS - 1} tasks shown" in text_of(visitor.get(results))


def test_tasks_without_an_answer_are_grouped_and_asked_again(
    visitor: Browser, backend_server: ServedInstallation, stand_in: RunningStandIn, project: StudioProject
) -> None:
    installation = backend_server.installation
    tag = installation.save(f"again{project.id}", project.id)
    stand_in.control(malformed=1)
    installation.app.run(tag, Subset("all"))
    stand_in.control(malformed=0)
    page = address_of(installation, tag)
    shown = text_of(visitor.get(page))
    assert f"Unusable answer {TASKS}" in shown
    assert f"not json {TASKS}" in shown
    assert f"{TASKS} of {TASKS} tasks shown" in text_of(visitor.get(f"{page}?reason=not_json"))
    assert f"0 of {TASKS} tasks shown" in text_of(visitor.get(f"{page}?reason=timeout"))
    assert f"Ask again about these {TASKS} tasks" in text_of(visitor.get(page))
    visitor.post(f"{page}/retry", reason="not_json")
    run = visitor.path
    assert "Asking again about" in visitor.html
    until(lambda: "See the results" in visitor.get(run), 60)
    assert "Unusable answer 0" in text_of(visitor.get(page))
    visitor.get(f"{page}/act")
    assert "nothing to ask again" in text_of(visitor.post(f"{page}/retry", 400))


def test_a_run_shows_what_it_answered_last_and_ends_by_itself(
    visitor: Browser, backend_server: ServedInstallation, stand_in: RunningStandIn, project: StudioProject
) -> None:
    installation = backend_server.installation
    page = address_of(installation, installation.save(f"rows{project.id}", project.id))
    stand_in.control(latency_ms=400)
    visitor.get(f"{page}/run?on=all")
    visitor.post(f"{page}/run", on="all")
    run = visitor.path
    assert "Answered last" in visitor.html
    assert "goes on when you leave this page" in text_of(visitor.html)
    first = project.tasks()[0]["data"]["text"]
    until(lambda: "hx-get" not in visitor.get(f"{run}/rows"), 90)
    rows = text_of(visitor.html)
    assert first not in rows, "the last ones come first, and ten of them"
    assert project.tasks()[-1]["data"]["text"] in rows
    assert "Answered last" not in visitor.get(run), "the results take their place"
    stand_in.control(latency_ms=0)


def test_the_report_is_downloaded(visitor: Browser, results: str) -> None:
    answer = visitor.http.get(f"{results}/report.html")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "0.667" in text_of(answer.text)


@pytest.fixture
def here(
    mine: Installation, label_studio: RunningLabelStudio, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Browser, Installation]]:
    """A person who is signed in to a server in this process, for which four tasks are many."""
    for module in (result_sources, estimates):
        monkeypatch.setattr(module, "MANY", 4)
    visitor = Browser.of(mine.app)
    with visitor.http:
        visitor.sign_in(label_studio.api_key)
        yield visitor, mine


def test_many_answers_and_texts_are_read_while_the_page_says_so(
    here: tuple[Browser, Installation], project: StudioProject
) -> None:
    """The page loads itself again until they are there; what changed meanwhile is read alone."""
    visitor, installation = here
    tag = installation.save("aside", project.id)
    installation.app.run(tag, Subset("all"))
    page, tasks = address_of(installation, tag), project.tasks()
    assert _told_until_there(visitor, f"{page}/label?queue=check")
    assert f"{TASKS - TRUTHS} tasks to go" in text_of(visitor.html)
    assert "Many answers or texts are read" in _told_until_there(visitor, f"{page}?search=refund")[0]
    found = sum("refund" in task["data"]["text"].casefold() for task in tasks)
    assert f"{found} of {TASKS} tasks shown" in text_of(visitor.html)
    project.http.patch(f"/api/tasks/{tasks[0]['id']}/", json={"data": {"text": "zebra"}}).raise_for_status()
    assert f"1 of {TASKS} tasks shown" in text_of(visitor.get(f"{page}?search=zebra")), "one text is read again"
    project.http.delete(f"/api/tasks/{tasks[1]['id']}/").raise_for_status()
    assert _told_until_there(visitor, f"{page}?search=zebra"), "all are read again: which task is gone is not known"
    assert f"1 of {TASKS - 1} tasks shown" in text_of(visitor.html)


def test_a_run_is_started_before_its_cost_is_known(here: tuple[Browser, Installation], project: StudioProject) -> None:
    visitor, installation = here
    page = address_of(installation, installation.save("asked", project.id))
    form = text_of(visitor.get(f"{page}/run?on=all"))
    assert "The tasks are read to estimate the cost" in form
    assert f"All tasks {TASKS}" in form
    until(lambda: "get a first prediction" in text_of(visitor.get(f"{page}/run?on=all")), 60)
    assert "0 of them answered already" in text_of(visitor.html)
    assert "The tasks are read" not in text_of(visitor.html)
    visitor.get(f"{page}/run?on=missing")
    visitor.post(f"{page}/run", on="missing")
    assert visitor.path.startswith("/prompts/runs/")
    run = visitor.path
    until(lambda: "See the results" in visitor.get(run), 60)


def _told_until_there(visitor: Browser, path: str) -> list[str]:
    """What a page says that loads itself again, until it does not any more."""
    told = list[str]()

    def is_there() -> bool:
        told.append(text_of(visitor.get(path)))
        return 'http-equiv="refresh"' not in visitor.html

    until(is_there)
    return told[:-1]
