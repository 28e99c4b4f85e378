"""What Label Studio sends to the server, for tests: its bodies, and a model that says what it is told to."""

from functools import cached_property
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from backend.adapters.providers.registry import ConnectionRegistry
from backend.app import App
from backend.container import Container
from backend.domain.connections.connection import DEFAULT
from backend.domain.labels.config import read_config
from backend.domain.prompts.version import PromptVersion
from backend.interfaces.web.server import create_app
from tests.installation import Installation
from tests.scripted import CONFIG, ScriptedModel

PROJECT = "7.1795198065"
TOKEN = "0123456789abcdef0123456789abcdef01234567"


class ScriptedRegistry(ConnectionRegistry):
    """Whose connections all lead to one model."""

    model: Any

    def chat(self, name: str = DEFAULT, timeout_s: float | None = None) -> Any:
        return self.model


class ScriptedContainer(Container):
    """With a model that says what it is told to."""

    def __init__(self, installation: Installation, model: ScriptedModel) -> None:
        super().__init__(installation.settings)
        self.scripted = model

    @cached_property
    def connections(self) -> ConnectionRegistry:
        registry = ScriptedRegistry.of(self.settings)
        registry.model = self.scripted
        return registry


def scripted_app(mine: Installation, model: ScriptedModel) -> App:
    return App(ScriptedContainer(mine, model))


def scripted(mine: Installation, *script: Any) -> tuple[FlaskClient, ScriptedModel]:
    model = ScriptedModel(script)
    return create_app(scripted_app(mine, model)).test_client(), model


def body(*tasks: Any, config: str = CONFIG, **params: Any) -> dict[str, Any]:
    return {"tasks": list(tasks), "project": PROJECT, "label_config": config, "params": {"context": None, **params}}


def task(text: Any, number: int = 1, **more: Any) -> dict[str, Any]:
    return {"id": number, "data": {"text": text}, "annotations": [], "predictions": [], **more}


def predict(client: FlaskClient, *tasks: Any, **more: Any) -> list[dict[str, Any]]:
    answer = client.post("/predict", json=body(*tasks, **more))
    assert answer.status_code == 200
    assert answer.json is not None
    return list(answer.json["results"])


def setup(client: FlaskClient, config: str = CONFIG) -> TestResponse:
    asked = {"project": PROJECT, "schema": config, "hostname": "http://x", "access_token": TOKEN, "extra_params": None}
    return client.post("/setup", json=asked)


def moods(results: list[dict[str, Any]]) -> list[str | None]:
    return [found["result"][0]["value"]["choices"][0] if found else None for found in results]


def in_use(mine: Installation, **parameters: Any) -> str:
    """A saved version that project 7 has in use; its tag."""
    schema = read_config(CONFIG)
    version = PromptVersion("mood", 0, 7, "Say: {text}", "stand-in", ("text",), schema.digest, parameters)
    saved, _ = mine.app.container.store.save(version)
    mine.app.container.store.set_connection(7, in_use=saved.tag)
    return saved.tag
