"""Each ability is asked for once, what is refused is asked in its other form, and no server keeps anybody for long."""

import asyncio
from typing import Any

from backend.adapters.providers.prices import fixed_price
from backend.domain.chat.request import Completion
from backend.domain.connections.abilities import ABILITIES, AbilityResult
from backend.domain.outcome import Failure
from backend.services.setup.ability_check import LATE, AbilityCheck
from tests.scripted import completion

REPLY = {"choices": [{"message": {"content": "banana"}}], "usage": {"prompt_tokens": 10, "completion_tokens": 5}}


class RefusingServer:
    """refuses: parameters; slow: seconds of an answer about pictures and what follows."""

    def __init__(self, *refuses: str, slow: float = 0.0, silent: bool = False) -> None:
        self.refuses = refuses
        self.slow = slow
        self.silent = silent
        self.bodies = list[dict[str, Any]]()

    async def tried(self, body: dict[str, Any]) -> dict[str, Any] | Failure:
        self.bodies.append(body)
        if self.slow and "image_url" in str(body):
            await asyncio.sleep(self.slow)
        refused = [name for name in self.refuses if name in str(body)]
        return Failure("bad_request", "refused (400): no", unbilled=True) if self.silent or refused else REPLY

    def completion(self, model: str, reply: dict[str, Any]) -> Completion | None:
        return completion(prompt_tokens=10, completion_tokens=5)

    async def batch_list(self) -> AbilityResult:
        return AbilityResult("batches", False, "none")


def found(server: RefusingServer, most_s: float = 60.0) -> dict[str, AbilityResult]:
    check = AbilityCheck(server, "groq", "m", lambda model, _: fixed_price(1.0, 2.0)(model), most_s)
    return {one.name: one for one in asyncio.run(check.results())}


def test_each_is_asked_once_and_costs_what_it_costs() -> None:
    server = RefusingServer()
    abilities = found(server)
    assert len(server.bodies) == len(ABILITIES)
    assert list(abilities) == ["text", "usage", *[one.name for one in ABILITIES[1:]], "batches"]
    assert all(body["model"] == "m" for body in server.bodies)
    assert abilities["seed"] == AbilityResult("seed", True, "", 20 / 10**6)
    assert abilities["json_schema"].detail == "taken, but not followed"
    assert abilities["usage"].usd == 0.0


def test_what_is_refused_is_asked_in_its_other_forms() -> None:
    abilities = found(RefusingServer("max_tokens", "top_logprobs", "response_format"))
    assert abilities["longest answer"].detail == "max_completion_tokens"
    assert abilities["log-probabilities"] == AbilityResult("log-probabilities", False, "none came", 20 / 10**6)
    assert abilities["json_object"] == AbilityResult("json_object", False, "refused (400): no")


def test_a_model_that_says_nothing_is_asked_nothing_more() -> None:
    server = RefusingServer(silent=True)
    assert found(server) == {"text": AbilityResult("text", False, "refused (400): no")}
    assert len(server.bodies) == 1


def test_a_server_that_is_slow_is_not_waited_for() -> None:
    abilities = found(RefusingServer(slow=60.0), most_s=0.3)
    assert abilities["pictures"].works is None
    assert abilities["pictures"].usd is None, "it may have cost something"
    assert abilities["seed"] == AbilityResult("seed", None, LATE)
    assert abilities["batches"].works is None
