"""A LiteLLM proxy from its package, before two made-up servers: what its answers and its own errors are read as.

`steady` answers and `frail` does not; the proxy has no database, as most that run on one machine.
"""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from backend.adapters.providers.registry import ConnectionRegistry
from backend.domain.chat.judged import judge
from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.outcome import Failure, Rejection
from backend.errors import ProviderError
from backend.settings import Settings
from demo import services
from tests.running import RunningStandIn, running_stand_in
from tests.scripted import run, some, template

PROGRAM = services.ROOT / ".venv-litellm" / "bin" / "litellm"
KEY = "sk-proxy"
PATIENCE_S = 120
"""Of the proxy's start: ten seconds on an idle machine."""
Heard = Completion | Failure


class LiteLLM(services.Service):
    """Its /health asks all models."""

    def _healthy(self, client: httpx.Client) -> bool:
        try:
            return client.get(f"{self.url}/health/liveliness").status_code == httpx.codes.OK
        except httpx.TransportError:
            return False


def config(steady: str, frail: str) -> dict[str, Any]:
    """Its configuration; YAML is JSON too."""
    priced = {"input_cost_per_token": 0.001, "output_cost_per_token": 0.001}
    routes: dict[str, tuple[str, dict[str, Any]]] = {
        "steady": (steady, {}),
        "streamed": (steady, {"stream": True}),
        "frail": (frail, {}),
        "covered": (frail, {}),
        "narrow": (steady, {"rpm": 1}),
        "spent": (steady, {"max_budget": 1e-7, "budget_duration": "1d", **priced}),
    }
    shared = {"model": "openai/stand-in", "api_key": "none", "max_retries": 0}
    return {
        "model_list": [
            {"model_name": name, "litellm_params": {**shared, "api_base": url, **more}}
            for name, (url, more) in routes.items()
        ],
        "router_settings": {
            "num_retries": 0,
            "disable_cooldowns": True,  # or what one test lets fail would be away in the next
            "fallbacks": [{"covered": ["steady"]}],
            "optional_pre_call_checks": ["enforce_model_rate_limits"],
        },
        "general_settings": {"master_key": KEY},
        "litellm_settings": {"telemetry": False},
    }


@pytest.fixture(scope="module")
def frail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStandIn]:
    log = tmp_path_factory.mktemp("frail") / "stand-in.log"
    with running_stand_in(log, server_error=1.0) as running:
        yield running


@pytest.fixture(scope="module")
def proxy(
    stand_in_server: RunningStandIn, frail: RunningStandIn, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Where OPENAI_BASE_URL leads."""
    if not PROGRAM.exists():
        pytest.skip("LiteLLM is left out: there is no .venv-litellm. `make litellm` makes it.")
    folder = tmp_path_factory.mktemp("litellm")
    (folder / "config.yaml").write_text(json.dumps(config(stand_in_server.url, frail.url)), encoding="utf-8")
    port = services.free_port()
    argv = [str(PROGRAM), "--config", str(folder / "config.yaml"), "--host", "127.0.0.1", "--port", str(port)]
    env = services.environment({"LITELLM_LOCAL_MODEL_COST_MAP": "True"})  # the other one is on the internet
    url, log = f"http://127.0.0.1:{port}", folder / "log"
    with LiteLLM("LiteLLM", argv, env, url, log, announces="Uvicorn running", patience=PATIENCE_S):
        yield f"{url}/v1"


@pytest.fixture(autouse=True)
def usual(stand_in: RunningStandIn, frail: RunningStandIn) -> None:
    """Both servers as they were."""
    frail.reset()


def heard(proxy: str, model: str, key: str = KEY, text: str = "I love it") -> Heard:
    async def once() -> Heard:
        settings = Settings(_env_file=None, openai_base_url=proxy, openai_api_key=key)
        client = ConnectionRegistry.of(settings).chat()
        try:
            return await client.complete(request(model, text), 0)
        finally:
            await client.close()

    return run(once())


def request(model: str, text: str = "I love it") -> ChatRequest:
    return ChatRequest(template(model=model), text)


def failure(proxy: str, model: str) -> Failure:
    found = heard(proxy, model)
    assert isinstance(found, Failure), found
    return found


@pytest.mark.parametrize("model", ["steady", "streamed", "covered"])
def test_answers_come_with_log_probabilities_whatever_the_route(proxy: str, model: str) -> None:
    found = heard(proxy, model)
    assert isinstance(found, Completion), found
    verdict = judge([found], request(model).template.spec).verdict
    assert not isinstance(verdict, Rejection)
    assert verdict is not None
    assert "".join(token for token, _ in some(found.logprobs)) == found.text
    assert found.prompt_tokens > 0
    assert found.completion_tokens > 0


def test_a_server_behind_it_that_fails_may_recover(proxy: str) -> None:
    found = failure(proxy, "frail")
    assert found.kind == "server"
    assert "answered 500" in found.detail


def test_a_rate_limit_behind_it_is_waited_for(proxy: str, frail: RunningStandIn) -> None:
    frail.control(server_error=0.0, rate_limited=1.0, retry_after=7)
    assert failure(proxy, "frail").kind == "rate_limited"


def test_its_own_rate_limit_is_waited_for(proxy: str) -> None:
    assert isinstance(heard(proxy, "narrow"), Completion)
    assert failure(proxy, "narrow").kind == "rate_limited"


def test_its_own_budget_stops_a_run(proxy: str) -> None:
    assert isinstance(heard(proxy, "spent"), Completion)
    with pytest.raises(ProviderError, match="has no quota left"):
        heard(proxy, "spent", text="I hate it")


def test_a_model_that_it_does_not_list_stops_a_run(proxy: str) -> None:
    with pytest.raises(ProviderError, match="does not know model 'nobody'"):
        heard(proxy, "nobody")


@pytest.mark.parametrize("key", ["sk-wrong", "wrong"])
def test_a_key_that_it_does_not_know_stops_a_run(proxy: str, key: str) -> None:
    with pytest.raises(ProviderError, match="refused the key: check OPENAI_API_KEY"):
        heard(proxy, "steady", key=key)


def test_a_key_of_its_own_that_is_refused_behind_it_stops_a_run(proxy: str, frail: RunningStandIn) -> None:
    frail.control(server_error=0.0, api_key="another")
    with pytest.raises(ProviderError, match="refused the key"):
        heard(proxy, "frail")


def test_moderation_behind_it_refuses_one_task(proxy: str, frail: RunningStandIn) -> None:
    frail.control(server_error=0.0, flagged="I love it")
    assert failure(proxy, "frail").kind == "refused"
