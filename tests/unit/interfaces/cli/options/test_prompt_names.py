"""What is offered for arguments that name prompts and versions. What a shell shows of it: `test_completion.py`."""

from pathlib import Path

import click
import pytest

from backend.interfaces.cli.options.prompt_names import complete_both, complete_names, complete_versions
from tests.installation import Installation
from tests.scripted import version

ARGUMENT = click.Argument(["version"])
CONTEXT = click.Context(click.Command("show", params=[ARGUMENT]))
VERSIONS = ["mood@2", "mood@1", "mood swings@1"]


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """Two prompts, of which one has two versions; nobody where Label Studio should be."""
    nobody = "http://127.0.0.1:1"
    installation = Installation.made(tmp_path, nobody, LABEL_STUDIO_URL=nobody, LABEL_STUDIO_API_KEY="f" * 40)
    for name, text in (("mood", "Say: {text}"), ("mood", "Tell: {text}"), ("mood swings", "Say: {text}")):
        installation.app.container.store.save(version(text, name=name, number=0))
    for setting, value in installation.env.items():
        monkeypatch.setenv(setting, value)
    return installation


@pytest.mark.parametrize(
    ("begun", "names", "versions"),
    [
        ("", ["mood", "mood swings"], {*VERSIONS}),
        ("mood", ["mood", "mood swings"], {*VERSIONS}),
        ("mood s", ["mood swings"], {"mood swings@1"}),
        ("mood@", [], {"mood@2", "mood@1"}),
        ("mood@2", [], {"mood@2"}),
        ("ood", [], set()),
        ("MOOD", [], set()),
    ],
)
def test_what_begins_as_typed_is_offered(mine: Installation, begun: str, names: list[str], versions: set[str]) -> None:
    assert complete_names(CONTEXT, ARGUMENT, begun) == names
    offered = complete_versions(CONTEXT, ARGUMENT, begun)
    assert set(offered) == versions
    assert len(offered) == len(versions)
    assert complete_both(CONTEXT, ARGUMENT, begun) == names + offered


def test_the_newest_version_of_a_prompt_comes_first(mine: Installation) -> None:
    assert complete_versions(CONTEXT, ARGUMENT, "mood@") == ["mood@2", "mood@1"]


def test_settings_that_cannot_be_read_offer_nothing(mine: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONCURRENCY", "many")
    assert complete_both(CONTEXT, ARGUMENT, "") == []
