"""What is done on the page with a version's predictions, without JavaScript; each effect is read from Label Studio."""

import re
import secrets
from pathlib import Path

import pytest

from demo import services
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio, ServedInstallation
from tests.journeys.no_script import Browser, text_of
from tests.journeys.project import CONFIG, StudioProject, messages, truths
from tests.running import until

TASKS, TRUTHS, WRONG = 12, 6, 2


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    tasks = messages(TASKS, secrets.token_hex(4))
    return StudioProject(label_studio.new_project(CONFIG, tasks, truths(TRUTHS, TASKS, WRONG)), label_studio.http)


@pytest.fixture
def versions(visitor: Browser, backend_server: ServedInstallation, project: StudioProject) -> list[str]:
    """The addresses of two versions of a prompt of the project; the first was evaluated."""
    app, name = backend_server.installation.app, f"act{project.id}"
    tags = [backend_server.installation.save(name, project.id, f"{word}\n\n{{text}}") for word in ("What?", "Which?")]
    app.evaluate(tags[0])
    row = next(item for item in app.public_objects().prompts() if item.name == name)
    numbers = app.version_ids()
    return [f"/prompts/{row.id}/versions/{numbers[tag].id}" for tag in tags]


def run_on_all(visitor: Browser, version: str) -> None:
    visitor.get(f"{version}/run?on=all")
    visitor.post(f"{version}/run", on="all")
    run = visitor.path
    until(lambda: "See the results" in visitor.get(run), 60)


def test_predictions_are_counted_made_annotated_and_taken_back(
    visitor: Browser, project: StudioProject, versions: list[str]
) -> None:
    second = versions[1]
    before = text_of(visitor.get(f"{second}/act"))
    assert f"New {TASKS - TRUTHS}" in before
    assert f"Replaced {TRUTHS}" in before
    assert "Kept 0" in before
    form = text_of(visitor.get(f"{second}/run?on=all"))
    told = f"{TASKS - TRUTHS} tasks get a first prediction, those of {TRUTHS} tasks are replaced, 0 tasks keep theirs"
    assert told in form
    run_on_all(visitor, second)
    assert {prediction["model_version"] for prediction in project.predictions()} == {f"act{project.id}@2"}
    assert f"Kept {TASKS}" in text_of(visitor.get(f"{second}/act"))

    page = text_of(visitor.get(f"{second}/act?least=0"))
    assert f"100.0 % of the answers, {TASKS} tasks" in page
    assert f"{TASKS - TRUTHS} tasks without an annotation would be annotated." in page
    assert "66.7 % of the 6 answers with a ground truth are right" in page
    assert "0.0 % of the answers" in text_of(visitor.get(f"{second}/sure?least=1"))
    visitor.post(f"{second}/annotate", 400, least="2")
    guaranteed = text_of(visitor.get(f"{second}/act?accuracy=10"))
    assert "up, at least 10.0 % of the answers are right. This guarantee holds in 19 of 20 projects." in guaranteed
    assert f"100.0 % of the answers, {TASKS} tasks" in guaranteed
    assert "ls-prompts threshold" not in guaranteed
    none = text_of(visitor.get(f"{second}/act?accuracy=99"))
    assert "No confidence guarantees that 99.0 % are right. It takes at least" in none
    assert "above 0 and below 100" in visitor.http.get(f"{second}/act?accuracy=much").text

    visitor.get(f"{second}/act?least=0")
    assert f"{TASKS - TRUTHS} annotations created" in text_of(visitor.post(f"{second}/annotate", least="0"))
    assert "Annotations created" in visitor.html, "who did it is listed"
    assert len(project.annotations()) == TASKS
    assert "annotations created" not in text_of(visitor.get(f"{second}/act")), "it is told once"
    assert f"{TASKS - TRUTHS} annotations deleted." in text_of(visitor.post(f"{second}/unannotate"))
    assert len(project.annotations()) == TRUTHS
    assert f"{TASKS} predictions of act{project.id}@2 deleted." in text_of(visitor.post(f"{second}/withdraw"))
    assert project.predictions() == []


def test_a_version_is_chosen_for_annotators(visitor: Browser, project: StudioProject, versions: list[str]) -> None:
    first, second = versions
    visitor.get(f"{second}/act")
    assert "neither a connected backend nor predictions" in text_of(visitor.post(f"{second}/use", 400))
    done = text_of(visitor.post(f"{first}/use"))
    assert f"Annotators get act{project.id}@1 from now on." in done
    assert "Annotators get this version." in done
    assert project.shown == f"act{project.id}@1"
    assert "in use" in text_of(visitor.get(first.rpartition("/versions/")[0]))


@pytest.mark.parametrize(
    ("wish", "tasks"),
    [
        ({"on": "sample", "size": 5, "way": "first"}, 5),
        ({"on": "sample", "size": 4, "way": "random"}, 4),
        ({"on": "sample", "size": 4, "way": "stratified"}, 4),
        ({"on": "missing"}, TASKS - TRUTHS),
        ({"on": "ground-truth"}, TRUTHS),
    ],
)
def test_each_choice_of_tasks_is_estimated(
    visitor: Browser, versions: list[str], wish: dict[str, object], tasks: int
) -> None:
    query = "&".join(f"{name}={value}" for name, value in wish.items())
    page = text_of(visitor.get(f"{versions[0]}/run?{query}"))
    assert f"{tasks} tasks, " in page


def test_tasks_are_chosen_by_number_and_by_tab(visitor: Browser, project: StudioProject, versions: list[str]) -> None:
    ids = project.task_ids()
    page = text_of(visitor.get(f"{versions[0]}/run?on=ids&ids={ids[0]}-{ids[2]}"))
    assert "3 tasks, " in page
    assert f"ls-prompts run act{project.id}@1 --on ids --ids {ids[0]}-{ids[2]}" in page
    assert "is not a task id" in text_of(visitor.get(f"{versions[0]}/run?on=ids&ids=x"))
    assert "has no task" in text_of(visitor.get(f"{versions[0]}/run?on=ids&ids=99999999"))
    assert "no tab in the Data Manager" in page
    tab = project.tab("refund")
    page = text_of(visitor.get(f"{versions[0]}/run?on=view&view={tab}"))
    assert f"refund ({TASKS // 3})" in page
    assert f"{TASKS // 3} tasks, " in page


def test_what_is_impossible_is_greyed_out_with_its_reason(
    visitor: Browser, backend_server: ServedInstallation, label_studio: RunningLabelStudio
) -> None:
    empty = label_studio.client.projects.create(title="Empty", label_config=CONFIG).id or 0
    backend_server.installation.save(f"none{empty}", empty)
    row = next(r for r in backend_server.installation.app.public_objects().prompts() if r.name == f"none{empty}")
    prompt = visitor.get(f"/prompts/{row.id}")
    form = re.search(rf'href="(/prompts/{row.id}/versions/\d+/run)"', prompt)
    assert form is not None
    page = visitor.get(form[1])
    assert page.count("disabled>") >= 5
    assert "No annotation is marked as ground truth" in page
    assert "The project has no tasks" in page
    assert "Choose tasks above." in page


def test_a_run_without_anything_left_is_neither_resumed_nor_repeated(visitor: Browser, versions: list[str]) -> None:
    run_on_all(visitor, versions[0])
    run = visitor.path
    assert "Resume" not in visitor.get(run)
    visitor.get(f"{versions[0]}/act")
    assert "is completed: no task is left" in text_of(visitor.post(f"{run}/resume", 400))
    visitor.get(f"{versions[0]}/act")
    assert "nothing to ask again" in text_of(visitor.post(f"{run}/retry", 400))


def test_a_budget_that_is_not_enough_stops_the_run_and_a_larger_one_resumes_it(
    mine: Installation, project: StudioProject, label_studio: RunningLabelStudio, tmp_path: Path
) -> None:
    priced = mine.but(PRICE_IN="1000", PRICE_OUT="1000", CONCURRENCY="1")
    priced.save(f"dear{project.id}", project.id, parameters={"max_tokens": 40})
    with services.backend(services.free_port(), priced.env, log=tmp_path / "backend.log") as service:
        visitor = Browser(service.url)
        with visitor.http:
            visitor.sign_in(label_studio.api_key)
            version = "/prompts/1/versions/1"
            visitor.get(f"{version}/run?on=all")
            assert "not an amount" in visitor.post(f"{version}/run", 400, on="all", budget="-1")
            visitor.get(f"{version}/run?on=all")
            visitor.post(f"{version}/run", on="all", budget="0.3")
            run = visitor.path
            until(lambda: "Resume" in visitor.get(run), 90)
            stopped = text_of(visitor.html)
            assert "budget" in stopped
            assert "of $0.30" in stopped
            assert len(project.predictions()) < TASKS
            assert "a larger budget continues it" in text_of(visitor.post(f"{run}/resume", 400))
            visitor.get(run)
            visitor.post(f"{run}/resume", budget="50")
            until(lambda: "Completed" in text_of(visitor.get(run)), 90)
    assert len(project.predictions()) == TASKS


def test_new_tasks_are_predicted_as_they_come_within_a_budget_of_a_day(
    mine: Installation, project: StudioProject, label_studio: RunningLabelStudio, tmp_path: Path
) -> None:
    priced = mine.but(PRICE_IN="1", PRICE_OUT="1")
    with services.backend(services.free_port(), priced.env, log=tmp_path / "backend.log") as service:
        tag = priced.save(f"later{project.id}", project.id, parameters={"max_tokens": 40})
        visitor = Browser(service.url)
        with visitor.http:
            visitor.sign_in(label_studio.api_key)
            page = re.search(r'href="(/prompts/\d+/versions/\d+)"', visitor.get("/prompts/1"))
            assert page is not None
            act = f"{page[1]}/act"
            assert "get no prediction by themselves" in text_of(visitor.get(act))
            assert "No version is in use" in text_of(visitor.post(f"{page[1]}/keep-up", 400, budget="2"))
            priced.command("connect", project.id, "--backend-url", service.url)
            priced.command("use", tag)
            visitor.get(act)
            assert "write it like 2.50" in visitor.post(f"{page[1]}/keep-up", 400, budget="much")
            visitor.get(act)
            told = text_of(visitor.post(f"{page[1]}/keep-up", budget="2"))
            assert "New tasks are predicted as they come, for at most $2.00 a day (UTC)." in told
            assert "$0.00 of $2.00 spent today (UTC), 0 new tasks without a prediction." in told
            assert f"ls-prompts keep-up {project.id} --off" in told
            assert f"{service.url}/webhook/keep-up/{project.id}" in project.webhooks()
            later = project.add(messages(3, "Later"))
            until(lambda: project.predicted(tag) >= set(later), 240)
            visitor.get(act)
            assert "New tasks are not predicted any more." in text_of(visitor.post(f"{page[1]}/keep-up", off="1"))
            assert f"{service.url}/webhook/keep-up/{project.id}" not in project.webhooks()


def test_an_address_of_nothing_is_a_page(visitor: Browser) -> None:
    answer = visitor.http.get("/prompts/no/such/thing")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
