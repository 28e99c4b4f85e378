"""PromptBackend under label-studio-ml 1.0.9's own server: several projects, webhooks, and a missing package."""

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from backend.domain.labels.config import read_config
from backend.domain.prompts.version import PromptVersion
from backend.settings import Settings
from demo.services import ROOT
from tests.installation import Installation
from tests.running import RunningStandIn
from tests.scripted import CONFIG

ONE, OTHER = "7.1795198065", "8.1795198099"
KINDS = '<View><Text name="t" value="$body"/><Choices name="kind" toName="t">{}</Choices></View>'
OTHER_CONFIG = KINDS.format('<Choice value="Spam"/><Choice value="Letter"/>')


@pytest.fixture
def mine(tmp_path: Path, stand_in: RunningStandIn, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """Its settings are in the environment, where the tooling's server has them."""
    installation = Installation.made(tmp_path, stand_in.url)
    monkeypatch.chdir(tmp_path)
    for name, value in installation.env.items():
        monkeypatch.setenv(name, value)
    return installation


@pytest.fixture
def client(mine: Installation, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    from label_studio_ml import api

    import model

    assert version("label-studio-ml") == "1.0.9"
    monkeypatch.setattr(api, "_manager", model.StatelessManager())
    model.live_predictions.cache_clear()
    yield api.init_app(model_class=model.PromptBackend).test_client()
    model.live_predictions().close(0)
    model.live_predictions.cache_clear()


def setup(client: FlaskClient, project: str = ONE, config: str = CONFIG) -> Any:
    body = {"project": project, "schema": config, "hostname": "http://x", "access_token": "f" * 40}
    return client.post("/setup", json=body).get_json()["model_version"]


def predict(client: FlaskClient, *texts: Any, project: str = ONE, config: str = CONFIG, **params: Any) -> Any:
    variable = "text" if config == CONFIG else "body"
    tasks = [{"id": number, "data": {variable: text}} for number, text in enumerate(texts)]
    body = {"tasks": tasks, "project": project, "label_config": config, "params": {"context": None, **params}}
    return client.post("/predict", json=body).get_json()["results"]


def test_two_projects_alternate(client: FlaskClient) -> None:
    for _ in range(3):
        for project, config, label in ((ONE, CONFIG, "Good"), (OTHER, OTHER_CONFIG, "Spam")):
            (found,) = predict(client, f"This is {label}", project=project, config=config)
            assert found["result"][0]["value"] == {"choices": [label]}
            assert found["model_version"] == setup(client, project, config)
    assert setup(client, ONE, CONFIG) != setup(client, OTHER, OTHER_CONFIG)


def test_predicting_needs_no_setup_before(client: FlaskClient) -> None:
    assert predict(client, "good")[0]["result"]


def test_the_version_is_a_string_that_follows_the_config(client: FlaskClient) -> None:
    found = [
        setup(client),
        setup(client),
        setup(client, config=CONFIG.replace("Bad", "Awful")),
        setup(client, config=""),
    ]
    assert all(isinstance(version, str) for version in found)
    assert found[0] == found[1] != found[2]
    assert found[3] == "unusable"


def test_a_webhook_changes_nothing(client: FlaskClient) -> None:
    before = setup(client)
    for action in ("ANNOTATION_CREATED", "START_TRAINING", "PROJECT_UPDATED"):
        answer = client.post("/webhook", json={"action": action, "project": {"id": 7}})
        assert answer.status_code == 201
    assert setup(client) == before == predict(client, "good")[0]["model_version"]


def test_the_version_in_use_answers(client: FlaskClient, mine: Installation) -> None:
    schema = read_config(CONFIG)
    saved, _ = mine.app.container.store.save(
        PromptVersion("mood", 0, 7, "{text}", "stand-in", ("text",), schema.digest)
    )
    mine.app.container.store.set_connection(7, in_use=saved.tag)
    assert (setup(client), predict(client, "good")[0]["model_version"]) == ("mood@1", "mood@1")


def test_a_task_without_an_answer_keeps_its_place(client: FlaskClient, stand_in: RunningStandIn) -> None:
    results = predict(client, "good", None, "bad", login=None, password=None)
    assert [bool(found) for found in results] == [True, False, True]
    assert predict(client, "good", config="<View/>") == [{}]
    stand_in.control(api_key="another")
    assert predict(client, "a fine day") == [{}]


def test_health_answers(client: FlaskClient) -> None:
    assert client.get("/health").get_json()["status"] == "UP"


@pytest.mark.slow
def test_without_label_studio_ml_it_says_how_to_install_it() -> None:
    script = "import sys; sys.modules['label_studio_ml'] = None; import model"
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", script], env=env, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr == (
        "label-studio-ml is not installed: run `pip install --no-deps label-studio-ml==1.0.9` after requirements.txt.\n"
    )


@pytest.mark.slow
def test_importing_it_reads_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    env = {name.upper(): "nonsense" for name in Settings.model_fields} | {"PATH": os.environ["PATH"]}
    done = subprocess.run([sys.executable, "-c", "import model"], env=env, cwd=ROOT, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
