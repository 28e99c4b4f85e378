"""The command canary: the price first, then what was found, and an exit code for scripts."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from backend.domain.canary import Canary
from backend.interfaces.cli.main import cli
from backend.services.canary import CanaryPlan, CanaryResult


class Canaries:
    """Stands for the App."""

    found = CanaryResult("mood@1", Canary(50, 2), 0, ("m",), ("m",))
    asked = 0

    def canary_plan(self, _tag: str, budget: float | None) -> CanaryPlan:
        version: Any = None
        requests: Any = (None,) * 50
        return CanaryPlan(version, requests, None if budget else 0.0123)

    def canary(self, _plan: CanaryPlan) -> CanaryResult:
        Canaries.asked += 1
        return self.found


def call(monkeypatch: pytest.MonkeyPatch, *argv: str, found: CanaryResult = Canaries.found) -> Result:
    monkeypatch.setattr("backend.interfaces.cli.commands.canary.the_app", Canaries)
    monkeypatch.setattr(Canaries, "found", found)
    monkeypatch.setattr(Canaries, "asked", 0)
    return CliRunner().invoke(cli, ["canary", "mood@1", *argv])


def test_the_price_is_said_before_anything_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    done = call(monkeypatch)
    assert "Asking 50 stored requests of mood@1 again costs about $0.01; twice that if many" in done.stderr
    assert "Nothing was done, because there is no terminal to ask on: add --yes." in done.stderr
    assert (done.exit_code, Canaries.asked) == (1, 0)


def test_what_was_found_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    done = call(monkeypatch, "--yes", "--budget", "1")
    assert "a price that is not known" in done.stderr
    assert "2 got another answer.\nThe model is not shown to have changed." in done.stdout
    assert (done.exit_code, Canaries.asked) == (0, 1)


def test_a_changed_model_ends_with_3(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = CanaryResult("mood@1", Canary(49, 9, 8, 0), 1, ("m-1",), ("m-2",))
    done = call(monkeypatch, "--yes", "--json", found=changed)
    assert done.exit_code == 3
    assert json.loads(done.stdout)["model_changed"] is True
    assert "Not counted, because they have no answer now: 1 request." in done.stderr
    assert "The server called the model m-1 then, and calls it m-2 now." in done.stderr
