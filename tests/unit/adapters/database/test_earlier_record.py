"""A record of before opens, migrates, and says what it said then; without Label Studio, as far as that goes."""

import json
from typing import Any

import pytest
from click.testing import CliRunner

from backend.interfaces.cli.main import cli
from tests.earlier_record import MODEL_URL, PRICES, earlier, restore

ALONE = ("list", "show", "diff", "runs", "watch")
"""Commands that ask neither Label Studio nor the model."""
EARLIER = earlier()


@pytest.fixture
def restored(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    restore(database_url)
    env = {"DATABASE_URL": database_url, "OPENAI_BASE_URL": MODEL_URL, "OPENAI_MODEL": "stand-in", **PRICES}
    for name, value in env.items():
        monkeypatch.setenv(name, value)


def test_a_record_of_before_says_what_it_said_then(restored: None) -> None:
    asked = [argv for argv in EARLIER.answers if argv[0] in ALONE]
    assert {argv[0] for argv in asked} == set(ALONE)
    for argv in asked:
        result = CliRunner().invoke(cli, list(argv))
        assert result.exit_code == 0, (argv, result.output)
        now, then = result.stdout, EARLIER.answers[argv]
        if argv[-1] == "--json":
            lost = differing(json.loads(now), json.loads(then))
            assert lost == [], argv
        else:
            assert now == then, argv


def differing(now: Any, then: Any, where: str = "") -> list[str]:
    """Where an answer of today lacks or changes what was said then. It may say more; a sum's last digit depends on the
    order in which a database adds."""
    if isinstance(then, dict) and isinstance(now, dict):
        return [
            line for key, value in then.items() for line in differing(now.get(key, "is gone"), value, f"{where}.{key}")
        ]
    if isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        return [line for place in range(len(then)) for line in differing(now[place], then[place], f"{where}[{place}]")]
    same = now == (pytest.approx(then, rel=1e-9) if isinstance(then, float) else then)
    return [] if same else [f"{where}: {then!r} became {now!r}"]


def test_what_differs_is_found() -> None:
    assert differing({"a": [1, {"b": 2}], "c": 3}, {"a": [1, {"b": 2}]}) == []
    assert differing({"a": [1]}, {"a": [2], "b": 1}) == [".a[0]: 2 became 1", ".b: 1 became 'is gone'"]
    assert differing([1], [1, 2]) == [": [1, 2] became [1]"]
