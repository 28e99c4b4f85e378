"""The command save: where the text comes from, what its options become, and what it says where."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from backend.advice import Notice
from backend.domain.prompts.version import PromptVersion
from backend.interfaces.cli.main import cli
from backend.services.prompts.draft import Draft
from backend.services.prompts.saving import SavedVersion
from tests.scripted import some, version

TEXT = "What is it about?\n\n{text}\n"
FILE = f"---\nmodel: from-the-file\nparameters:\n  temperature: 0.5\n---\n{TEXT}"


@dataclass
class Saver:
    """Stands for the App: remembers the draft, and answers as it is told to."""

    answer: SavedVersion = field(default_factory=lambda: SavedVersion(version(name="topic"), True, ()))
    similar: tuple[str, ...] = ()
    unlisted: Notice | None = None
    draft: Draft | None = None

    def save(self, draft: Draft) -> SavedVersion:
        self.draft = draft
        return self.answer

    def alike(self, _version: PromptVersion) -> list[str]:
        return list(self.similar)

    def doubt(self, _tag: str) -> Notice | None:
        return self.unlisted


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> Saver:
    saver = Saver()
    monkeypatch.setattr("backend.interfaces.cli.commands.save.the_app", lambda: saver)
    return saver


def call(*argv: object, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(cli, ["save", *map(str, argv)], input=stdin)


def draft_of(app: Saver, *argv: object, stdin: bytes = b"") -> Draft:
    result = call(*argv, stdin=stdin)
    assert (result.exit_code, result.stdout) == (0, "topic@1\n"), result.output
    return some(app.draft)


def test_without_a_file_the_text_is_left_to_the_labelling_config(app: Saver) -> None:
    draft = draft_of(app, "topic", "--project", 7)
    assert (draft.name, draft.project, draft.file, draft.model, draft.parameters) == ("topic", 7, None, None, {})


def test_a_file_and_standard_input_say_the_same(app: Saver, tmp_path: Path) -> None:
    path = tmp_path / "prompt.md"
    path.write_text(FILE, encoding="utf-8")
    from_file = draft_of(app, "topic", "--file", path)
    piped = draft_of(app, "topic", "--file", "-", stdin=FILE.encode())
    assert from_file == piped
    file = some(from_file.file)
    assert (file.template.strip(), file.model, file.parameters) == (TEXT.strip(), "from-the-file", {"temperature": 0.5})


def test_options_become_parameters_of_the_request(app: Saver) -> None:
    options = ["--temperature", 0, "--seed", 5, "--max-tokens", 90, "--param", "top_p=0.9", "--param", 'stop=["a=b"]']
    draft = draft_of(app, "topic", *options, "--param", "reasoning_effort=low")
    assert draft.parameters == {
        "temperature": 0,
        "seed": 5,
        "max_tokens": 90,
        "top_p": 0.9,
        "stop": ["a=b"],
        "reasoning_effort": "low",
    }


def test_the_rest_of_the_options_reach_the_draft(app: Saver) -> None:
    draft = draft_of(app, "topic", "--model", "m", "--note", "shorter", "--confidence", "samples:3")
    assert (draft.model, draft.note, draft.confidence) == ("m", "shorter", "samples:3")


@pytest.mark.parametrize("item", ["top_p", "=0.9", " =1", ""])
def test_a_parameter_without_a_name_or_value_is_refused(app: Saver, item: str) -> None:
    result = call("topic", "--param", item)
    assert (result.exit_code, result.stdout, app.draft) == (1, "", None)
    assert "is not a parameter: write NAME=VALUE" in result.stderr


def test_standard_input_in_another_encoding_is_refused(app: Saver) -> None:
    result = call("topic", "--file", "-", stdin="Größe: {text}".encode("latin1"))
    assert (result.exit_code, result.stdout, app.draft) == (1, "", None)
    assert "Standard input is not UTF-8 text" in result.stderr


def test_caveats_go_to_stderr_and_the_tag_alone_to_stdout(app: Saver) -> None:
    app.answer = SavedVersion(version(name="topic"), True, ("<Video name='v'>",), ("{text} is used twice.",))
    app.similar, app.unlisted = ("topic@1", "topic@2"), Notice("The server does not list it.")
    result = call("topic")
    assert result.stdout == "topic@1\n"
    unfilled, alike, caveat, doubt = result.stderr.splitlines()
    assert unfilled == "Not filled by the prompt: <Video name='v'>."
    assert alike.startswith("Project 7 already has predictions of topic@1, topic@2.")
    assert (caveat, doubt) == ("{text} is used twice.", "The server does not list it.")


def test_the_same_content_again_is_said_and_nobody_looks_for_alike_predictions(app: Saver) -> None:
    app.answer, app.similar = SavedVersion(version(name="topic"), False, ()), ("topic@1",)
    result = call("topic")
    assert (result.stdout, result.stderr) == (
        "topic@1\n",
        "Nothing changed: this version has the same content.\n",
    )


def test_both_orders_are_a_source_of_confidence(app: Saver) -> None:
    assert draft_of(app, "topic", "--project", 7, "--swap").confidence == "swap"
    assert draft_of(app, "topic", "--project", 7).confidence is None
    both = call("topic", "--swap", "--confidence", "auto")
    assert both.exit_code == 2
    assert "leave --confidence out" in both.output


def test_a_system_part_is_a_text_a_file_or_piped(app: Saver, tmp_path: Path) -> None:
    path = tmp_path / "prompt.md"
    path.write_text(FILE, encoding="utf-8")
    rules = tmp_path / "rules.txt"
    rules.write_bytes(b"\xef\xbb\xbfBe fair.\r\nBe quick.")
    found = [
        draft_of(app, "topic", "--file", path, "--system", given, stdin=b"Be kind.").system
        for given in ("Be fair to all.", rules, "-", "", "word " * 200)
    ]
    assert found == ["Be fair to all.", "Be fair.\nBe quick.", "Be kind.", "", "word " * 200]
    assert draft_of(app, "topic", "--file", path).system is None


def test_a_file_of_a_system_part_that_is_missing_is_told(app: Saver) -> None:
    result = call("topic", "--system", "rules.txt")
    assert result.exit_code == 1
    assert "rules.txt can't be read" in result.output
    assert app.draft is None


def test_standard_input_is_one_of_the_two(app: Saver) -> None:
    result = call("topic", "--file", "-", "--system", "-", stdin=b"x")
    assert result.exit_code == 2
    assert "Standard input is either the prompt or its system part" in result.output
