"""A database that an earlier commit wrote opens, migrates, and every command says of it what that commit said.

| commands | where they are asked of that database |
|---|---|
| list, show, runs, watch, diff, dump | `ALONE`: tests/unit/adapters/database/test_earlier_record.py |
| results, export, estimate, compare, threshold, audit, report, evaluate, run, calibrate, try | `STORED`: here |
| predictions, push, use, withdraw, annotate | `PREDICTIONS`: here |
| cancel, resume, watch, retry, enhance, draft, rename, save, load, delete | `ASKING`: here |
| relabel, unannotate, forget | here: that commit did not have them |
| all others | `ELSEWHERE` says why not |

The lists are in tests/earlier_commands.py; tests/earlier_answers.py has all that differs on purpose: keys of the
glossary, reworded sentences. An answer of today may say more. Of `ASKING` all is compared
but what the model answers now, how long that takes and what it costs (`OF_NEW_ANSWERS`).
tests/data/earlier_record/ask.py wrote the answers.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from backend.interfaces.cli.commands import PLACES
from backend.interfaces.cli.main import cli
from tests.databases import postgresql
from tests.earlier_answers import OF_NEW_ANSWERS, changed, earlier_answers
from tests.earlier_commands import ALONE, ASKING, PREDICTIONS, STORED, Argv, Command, asked
from tests.earlier_record import MODEL_URL, PRICES, restore
from tests.journeys.earlier_projects import EarlierProjects, earlier_model, earlier_projects, earlier_teacher
from tests.running import RunningStandIn

EARLIER = earlier_answers()
ELSEWHERE = {
    "init": "new, and writes .env, not the database",
    "models": "new, and asks the model's server alone",
    "completion": "new, and prints a script",
    "open": "new, and prints addresses",
    "serve": "new; test_services.py",
    "doctor": "asks the servers; of the database it says where that is: test_setup.py",
    "connect": "writes to Label Studio, and one row that `use` reads here: test_connect.py",
    "disconnect": "deletes that row: test_connect.py",
    "connections": "new, of a table that database did not have: test_connections.py",
    "connect-model": "new: test_connections.py",
    "disconnect-model": "new: test_connections.py",
    "test-connection": "new: test_connections.py",
    "draw": "new: test_draw.py",
    "keep-up": "new: test_keep_up.py",
    "shares": "new: test_draw.py",
    "people": "new: test_people.py",
    "canary": "new: test_canary.py",
    "votes": "new: test_evaluation.py",
    "cascade": "new: test_evaluation.py",
    "prune": "new, and deletes what the others read: unit/interfaces/cli/commands/test_prune.py",
    "worker": "needs Redis, and that database holds no work that waits: test_workers.py",
    "work": "hidden; what `resume` and `retry` start here",
}
SINCE: tuple[Argv, ...] = (
    ("relabel", "--project", "1", "--json"),
    ("unannotate", "topic@1", "--yes"),
    ("forget", "3", "--yes"),
)


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EarlierProjects]:
    with earlier_projects(tmp_path_factory.mktemp("label-studio")) as made:
        yield made


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStandIn]:
    with earlier_model(tmp_path_factory.mktemp("stand-in")) as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'record.sqlite3'}"
        return
    with postgresql() as url:
        yield url


@pytest.fixture
def command(
    database_url: str, there: EarlierProjects, model: RunningStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Command]:
    """The command line of today on that database, with Label Studio as the earlier commit left it."""
    restore(database_url)
    there.put_back(EARLIER.predictions)
    model.reset()
    env = {"OPENAI_BASE_URL": MODEL_URL, "OPENAI_API_KEY": "sk-of-a-test", "OPENAI_MODEL": "stand-in", **PRICES}
    monkeypatch.chdir(tmp_path)
    with earlier_teacher() as teacher:
        for name, value in {"DATABASE_URL": database_url, **env, **there.studio.env, **teacher.env}.items():
            monkeypatch.setenv(name, value)
        yield run


def run(argv: Argv) -> tuple[int, str]:
    result = CliRunner().invoke(cli, list(argv))
    return result.exit_code, result.stdout


def test_every_command_says_what_it_said_then(
    command: Command, there: EarlierProjects, model: RunningStandIn, tmp_path: Path
) -> None:
    different = []
    for name, lines in (("stored", STORED), ("predictions", PREDICTIONS)):
        now = asked(lines, command, tmp_path, there.studio.url)
        for today, then in zip(now, EARLIER.asked[name], strict=True):
            different += changed(today, then)
        assert model.requests() == 0, "an answer was paid for again"
    assert different == []


def test_what_was_stopped_goes_on(
    command: Command, there: EarlierProjects, model: RunningStandIn, tmp_path: Path
) -> None:
    """What the model answers now differs each time; what the commands say of it does not."""
    now = asked(ASKING, command, tmp_path, there.studio.url)
    different = []
    for today, then in zip(now, EARLIER.asked["asking"], strict=True):
        different += changed(today, then, OF_NEW_ANSWERS)
    assert different == []
    assert model.requests() > 0
    for argv in SINCE:
        code, out = command(argv)
        assert code == 0, (argv, out)
    assert json.loads(command(("results", "sure@1", "--json"))[1]) == []


def test_every_command_has_its_place() -> None:
    lines = (*ALONE, *STORED, *PREDICTIONS, *ASKING, *SINCE)
    assert {argv[0] for argv in lines} | set(ELSEWHERE) == set(PLACES)
    assert {argv[0] for argv in lines} & set(ELSEWHERE) == set()
