"""No command works for a minute without a word."""

from pathlib import Path
from threading import Event

import pytest
from click.testing import CliRunner

from backend.app import App
from backend.errors import PromptsError
from backend.interfaces.cli.main import cli
from backend.interfaces.cli.render import console
from backend.services.run_control import waiting
from tests.installation import Installation
from tests.scripted import version


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "slow"),
    [
        ("compare mood@1 mood@2", "compare"),
        ("calibrate mood@1", "calibrate"),
        ("threshold mood@1 --accuracy 0.9", "confidence_threshold"),
        ("audit 7", "audit"),
        ("report mood@1 -o report.html", "report"),
        ("export mood@1", "export"),
        ("results mood@1", "results"),
        ("try mood@1 --task 3", "try_task"),
        ("run mood@1 --on all --background", "run_in_background"),
        ("draft mood", "draft"),
        ("estimate mood@1 --on all", "estimate"),
        ("predictions 7", "predictions"),
        ("push mood@1", "push"),
        ("withdraw mood@1 --yes", "withdraw"),
        ("annotate mood@1 --min-confidence 0.9", "confident_tasks"),
        ("annotate mood@1 --yes", "annotate"),
        ("unannotate mood@1 --yes", "unannotate"),
        ("save mood", "save"),
        ("relabel A B", "relabel"),
        ("connect 7", "connect"),
        ("load mood@1.md", "load"),
    ],
)
def test_a_slow_command_says_what_it_waits_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, slow: str
) -> None:
    mine = Installation.made(tmp_path, "http://127.0.0.1:1", LABEL_STUDIO_API_KEY="f" * 40)
    monkeypatch.chdir(tmp_path)
    for name, value in mine.env.items():
        monkeypatch.setenv(name, value)
    mine.app.container.store.save(version(number=0))
    told, sentences = Event(), list[str]()

    def notify(sentence: str) -> None:
        sentences.append(sentence)
        told.set()

    def until_told(*_: object, **__: object) -> None:
        assert told.wait(30)
        raise PromptsError("That is enough.")

    monkeypatch.setattr(waiting, "EVERY_S", 0.01)
    monkeypatch.setattr(console, "notify", notify)
    group = next(group for group in App.__mro__ if slow in vars(group))  # a command may make less than an App
    monkeypatch.setattr(group, slow, until_told)
    monkeypatch.setattr(App, "predicted", lambda *_: {"mood@1": 1})
    result = CliRunner().invoke(cli, line.split())
    assert "That is enough." in result.stderr
    assert sentences[0].startswith("Waiting for ")
