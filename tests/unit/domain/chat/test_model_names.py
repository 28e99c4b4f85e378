"""Names of models, as servers list them."""

import pytest

from backend.domain.chat.model_names import MOST_NAMED, doubt, is_listed, lists_all, nearest_names
from backend.interfaces.cli.render.notices import in_commands


@pytest.mark.parametrize(
    ("model", "names"),
    [
        ("gpt-4o-mini", ["gpt-4o", "gpt-4o-mini"]),
        ("llama3.2", ["llama3.2:latest"]),
        ("llama3.2:3b", ["llama3.2:3b"]),
        ("gemini-2.5-flash", ["models/gemini-2.5-flash"]),
        ("meta-llama/llama-3.3-70b:free", ["meta-llama/llama-3.3-70b"]),
        ("openai/gpt-4o", ["anthropic/*", "openai/*"]),
        ("anything", ["*"]),
    ],
)
def test_a_name_is_known_as_the_server_takes_it(model: str, names: list[str]) -> None:
    assert is_listed(model, names)


@pytest.mark.parametrize(
    ("model", "names"),
    [
        ("gpt-5-nonexistent", ["gpt-4o", "gpt-4o-mini"]),
        ("llama3.2:3b", ["llama3.2:latest"]),
        ("GPT-4o", ["gpt-4o"]),
        ("gpt-4", ["gpt-4o"]),
        ("mistral/x", ["openai/*"]),
        ("x", []),
    ],
)
def test_another_name_is_not(model: str, names: list[str]) -> None:
    assert not is_listed(model, names)


def test_the_nearest_names_come_first() -> None:
    names = [f"embedding-{number}" for number in range(9)] + ["gpt-4o-mini", "gpt-4o"]
    assert nearest_names("gpt-4o-mni", names)[:2] == ["gpt-4o-mini", "gpt-4o"]
    assert nearest_names("zzz", names) == names[:MOST_NAMED]


def test_what_is_said_names_a_few() -> None:
    url = "http://me:secret@host:8080/v1"
    assert str(doubt("gpt", ["one"], url)) == "http://host:8080/v1 does not list model 'gpt': it has one."
    many = doubt("gpt", [f"m{number}" for number in range(40)], url)
    assert many is not None
    assert many.sentence.endswith("it has m0, m1, m2, m3, m4 and 35 more.")
    assert in_commands(many).endswith(" 35 more. `ls-prompts models` lists all.")


@pytest.mark.parametrize(
    ("names", "url"),
    [(["gpt"], "http://host/v1"), ([], "http://host/v1"), (["other"], "https://mine.openai.azure.com/openai/v1")],
)
def test_a_model_that_may_be_there_is_not_doubted(names: list[str], url: str) -> None:
    assert doubt("gpt", names, url) is None


@pytest.mark.parametrize("host", ["mine.openai.azure.com", "api.anthropic.com", "MINE.services.ai.azure.com"])
def test_some_services_list_a_part(host: str) -> None:
    assert not lists_all(host)
    assert lists_all("api.openai.com")
    assert lists_all("127.0.0.1")
