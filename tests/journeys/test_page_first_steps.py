"""The first use of the page, without JavaScript: what is missing is said with its fix, and gone when it is there."""

from pathlib import Path

from demo import services
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.no_script import Browser, text_of
from tests.journeys.project import StudioProject, chosen, messages

PICTURE = '<View><Image name="image" value="$image"/><Brush name="mask" toName="image"/></View>'


def read(installation: Installation, token: str, folder: Path) -> tuple[str, str]:
    """The texts of the start and of the setup, as a person sees them with these settings."""
    with services.backend(services.free_port(), installation.env, log=folder / "backend.log") as service:
        browser = Browser(service.url)
        with browser.http:
            start = text_of(browser.sign_in(token))
            return start, text_of(browser.get("/prompts/setup"))


def test_what_is_missing_is_said_with_its_fix(
    mine: Installation, label_studio: RunningLabelStudio, tmp_path: Path
) -> None:
    unfit = label_studio.client.projects.create(title="Only masks", label_config=PICTURE).id
    project = StudioProject.made(label_studio, messages(4))
    mine.save(f"first{project.id}", project.id)
    bare = Installation(mine.folder, {k: v for k, v in mine.env.items() if not k.endswith("_API_KEY")})
    start, setup = read(bare, label_studio.api_key, tmp_path)
    for fix in ("set LABEL_STUDIO_API_KEY", "set OPENAI_API_KEY", f"ls-prompts draw {project.id} --size 20"):
        assert fix in start
    assert "so no score can be told" in start
    assert "set LABEL_STUDIO_API_KEY" in setup
    assert "OPENAI_API_KEY is not set" in setup
    assert f"Project {unfit} has no control that a prompt can fill" in setup
    assert "3 steps to do." in setup

    first = project.tasks()[0]["id"]
    truth = {"result": chosen("Refund"), "ground_truth": True}
    project.http.post(f"/api/tasks/{first}/annotations/", json=truth).raise_for_status()
    start, setup = read(mine, label_studio.api_key, tmp_path)
    assert "What is missing" not in start
    assert "Everything is there." in setup
    assert "1 annotation marked as ground truth." in setup
    assert f"{label_studio.url}, version" in setup


def test_a_wrong_token_and_a_server_that_is_away_are_said(
    mine: Installation, label_studio: RunningLabelStudio, free_url: str, tmp_path: Path
) -> None:
    wrong = mine.but(LABEL_STUDIO_API_KEY="0" * 40, OPENAI_BASE_URL=f"{free_url}/v1")
    _, setup = read(wrong, label_studio.api_key, tmp_path)
    assert "Token of the server missing" in setup
    assert "LABEL_STUDIO_API_KEY" in setup
    assert "Model: default missing" in setup
    assert free_url in setup
    assert "0" * 40 not in setup
    assert "0" * 40 not in (tmp_path / "backend.log").read_text()
