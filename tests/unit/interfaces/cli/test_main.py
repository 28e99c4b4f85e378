"""The command line itself: help, exit codes, what goes to which stream, and text that means harm."""

import json
import re
import subprocess
import sys
import webbrowser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from backend.adapters.database.runs.runs import NewRun
from backend.domain.dataset.subset import Subset
from backend.domain.prompts.version import PromptVersion
from backend.interfaces.cli.commands import PLACES, command, commands
from backend.interfaces.cli.main import cli
from tests.installation import Installation

HOSTILE = "[bold]b[/bold] [/nope] \x1b[31mred\x1b]0;title\x07 \x9b2J \r\b \u202egnp\u2069 a\ud800b"
DANGEROUS = "\x1b\x07\x9b\r\b\u202e\u2069\ud800"


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """With nothing outside of it but its database: no Label Studio, no model."""
    nobody = "http://127.0.0.1:1"
    installation = Installation.made(tmp_path, nobody, LABEL_STUDIO_URL=nobody, LABEL_STUDIO_API_KEY="f" * 40)
    monkeypatch.chdir(tmp_path)
    for name, value in installation.env.items():
        monkeypatch.setenv(name, value)
    return installation


def call(*argv: object) -> Result:
    return CliRunner().invoke(cli, [str(part) for part in argv])


def saved(mine: Installation, **changed: Any) -> str:
    given = {"template": "Say: {text}", "model": "some-model", "parameters": {"temperature": 0}, "note": "", **changed}
    version = PromptVersion("mood", 0, 7, variables=("text",), schema_digest="d" * 64, **given)
    return mine.app.container.store.save(version)[0].tag


def refused(result: Result, code: int = 1) -> str:
    """The one line on stderr."""
    assert (result.exit_code, result.stdout) == (code, ""), result.output
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: ")
    return line


@pytest.mark.parametrize("name", PLACES)
def test_every_command_shows_an_example(name: str) -> None:
    result = call(name, "--help")
    assert result.exit_code == 0
    assert f"\n  ls-prompts {name}" in result.stdout or f"| ls-prompts {name}" in result.stdout
    short = command(name).get_short_help_str(200)
    assert short.endswith(".")
    assert call(name, "-h").stdout == result.stdout


def test_who_renames_is_told_where_the_old_name_stays(mine: Installation) -> None:
    saved(mine)
    done = call("rename", "mood", "feeling")
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == (
        "'mood' is now 'feeling'. Predictions in Label Studio keep the old name until you push them again; push, "
        "use, annotate and withdraw find them under the new one.\n"
    )


@pytest.mark.parametrize("name", PLACES)
def test_every_example_is_one_that_its_command_takes(name: str) -> None:
    text = command(name).help or ""
    examples = [line.strip() for line in text.partition("\b")[2].splitlines() if line.strip()]
    assert 1 <= len(examples) <= 3
    for example in examples:
        argv = example.rpartition("ls-prompts ")[2].partition(" > ")[0].split()
        assert argv[0] == name
        command(name).make_context(name, argv[1:], parent=cli.make_context("ls-prompts", [name]))


def test_the_help_lists_the_commands_in_sections_and_in_the_order_of_use() -> None:
    shown = call("--help").stdout
    listed = re.findall(r"^(\S.*):$|^  ([a-z-]+)  ", shown.partition("Set up:")[2], flags=re.MULTILINE)
    chapters = ["Write a prompt", "Run", "Read the results", "Trust the numbers", "Use the predictions"]
    assert [title for title, _ in listed if title] == chapters
    names = [name for _, name in listed if name]
    assert names == [name for name, command in commands().items() if not command.hidden]
    assert names[:4] == ["init", "doctor", "connect", "disconnect"]
    assert "..." not in shown.partition("Set up:")[2]


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "show",
        "save",
        "run mood@1",
        "run mood@1 --on nonsense",
        "run mood@1 --on view:x",
        "run mood@1 --on all --ids 3",
        "run mood@1 --on ids",
        "run mood@1 --ids 9-7",
        "run mood@1 --on sample --sample-size 0",
        "run mood@1 --on sample --sample-size many",
        "evaluate mood@1 --truth guessed",
        "evaluate mood@1 --split half",
        "run mood@1 --on all --sample-size 2",
        "run mood@1 --on missing --random 1",
        "run mood@1 --ids 1 --first",
        "evaluate mood@1 --stratify",
        "evaluate mood@1 --sample-size 2",
        "evaluate mood@1 --fail-under nan",
        "threshold mood@1 --wrong nan",
        "threshold mood@1 --accuracy NaN",
        "annotate mood@1 --min-confidence nan",
        "cascade mood@1 mood@2 --differs nan",
        "save mood --project 1 --then m --below auto --differs nan",
        "evaluate mood@1 --on sample --vs mood@2",
        "evaluate mood@1 --strict",
        "evaluate mood@1 --fail-under 1.1",
        "run mood@1 --on all --stratify",
        "compare mood@1",
        "try mood@1",
        "try mood@1 --task x",
        "open",
        "init nonsense",
        "connect x --backend-url http://x",
        "predictions mood",
        "load",
        "list --nonsense",
        "prune --older-than 99999999999",
    ],
)
def test_wrong_usage_ends_with_2(mine: Installation, line: str) -> None:
    result = call(*line.split())
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Usage: " in result.stderr
    assert not (mine.folder / "data").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("show moood", "did you mean mood?"),
        ("show mood@9", "did you mean mood@1?"),
        ("show mood@x", "like sentiment@1"),
        ("show mood@1~abcd", "like sentiment@1"),
        ("list nothing", "there are mood."),
        ("diff mood@1 mood@2", "There is no version mood@2"),
        ("rename nothing mood", "There is no prompt 'nothing'"),
        ("rename mood auto", "reserved"),
        ("rename mood a@b", "is not a valid prompt name"),
        ("delete nothing --yes", "There is no prompt"),
        ("save other --file missing.txt", "missing.txt can't be read"),
        ("save new --param temperature", "write NAME=VALUE"),
        ("load missing@1.md", "can't be read"),
        ("run mood@1 --on all", "LABEL_STUDIO_URL"),
        ("predictions 7", "LABEL_STUDIO_URL"),
        ("connect 7 --backend-url http://x", "LABEL_STUDIO_URL"),
        ("connect 7", "LABEL_STUDIO_URL"),
        ("models", "OPENAI_BASE_URL"),
        ("open moood", "did you mean mood?"),
        ("open mood@9", "There is no version mood@9"),
        ("open missing.html", "`ls-prompts report VERSION -o missing.html` writes one"),
        ("use mood", "LABEL_STUDIO_URL"),
        ("compare mood@1 mood@2", "LABEL_STUDIO_URL"),
        ("evaluate mood@1 --vs mood@9", "There is no version mood@9"),
        ("annotate mood --yes", "LABEL_STUDIO_URL"),
    ],
)
def test_errors_end_with_1_and_one_line(mine: Installation, line: str, said: str) -> None:
    saved(mine)
    assert said in refused(call(*line.split()))


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("CONCURRENCY", "many", "CONCURRENCY is not usable"),
        ("LABEL_STUDIO_API_KEY", "", "LABEL_STUDIO_API_KEY is not set"),
        ("DATABASE_URL", "sqlite:////proc/nowhere/x.sqlite3", "check DATA_DIR or DATABASE_URL"),
        ("DATABASE_URL", "nonsense", "DATABASE_URL"),
    ],
)
def test_wrong_settings_are_errors(
    mine: Installation, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    assert said in refused(call("save", "mood", "--project", 7))


@pytest.mark.slow
def test_an_error_in_a_real_process_looks_the_same(mine: Installation) -> None:
    done = mine.command("show", "nothing", code=1)
    assert done.out == ""
    assert done.err == "Error: There is no prompt 'nothing': make one with `ls-prompts save`.\n"
    entry = Path(sys.executable).with_name("ls-prompts")
    shown = subprocess.run([entry, "--version"], capture_output=True, text=True, timeout=60)
    assert shown.stdout.startswith("ls-prompts        0.")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="This system has no /dev/full.")
def test_a_full_disk_is_an_error_of_one_line(mine: Installation) -> None:
    saved(mine)
    entry = Path(sys.executable).with_name("ls-prompts")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [entry, "list", "--json"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, env=mine.env
        )
    assert done.returncode == 1
    assert done.stderr == (
        "Error: There is no space left where the output is written: free some, and run the command again.\n"
    )


def test_a_version_that_looks_like_markup_is_an_error_on_a_terminal_too(mine: Installation) -> None:
    done = mine.but(FORCE_COLOR="1").command_here("run", "[/x]\x1b[2J", "--on", "all", code=1)
    assert r"There is no prompt '[/x]\x1b[2J'" in done.err
    assert "Traceback" not in done.err


def test_connect_needs_an_address_only_where_the_server_is_elsewhere(
    mine: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIND", "0.0.0.0:9090")
    assert "`ls-prompts connect 7 --backend-url http://host:9090`" in refused(call("connect", 7))


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("open 12", "/projects/12/data"),
        ("open 12 --task 345", "/projects/12/data?task=345"),
        ("open mood@1", "/projects/7/data"),
    ],
)
def test_open_prints_the_address_and_opens_it(
    mine: Installation, monkeypatch: pytest.MonkeyPatch, line: str, path: str
) -> None:
    saved(mine)
    opened: list[str] = []

    def opens(url: str) -> bool:
        opened.append(url)
        return True

    monkeypatch.setattr("webbrowser.get", lambda: SimpleNamespace(name="x", open=opens))
    done = call(*line.split())
    assert (done.exit_code, done.stdout, done.stderr) == (0, f"http://127.0.0.1:1{path}\n", "")
    assert opened == [f"http://127.0.0.1:1{path}"]


@pytest.mark.parametrize("name", [None, "w3m"])
def test_open_without_a_browser_only_prints(
    mine: Installation, monkeypatch: pytest.MonkeyPatch, name: str | None
) -> None:
    def found() -> Any:
        if name is None:
            raise webbrowser.Error("could not locate runnable browser")
        return SimpleNamespace(name=name)

    Path("report.html").write_text("<html>", encoding="utf-8")
    monkeypatch.setattr("webbrowser.get", found)
    done = call("open", "report.html")
    assert (done.exit_code, done.stdout) == (0, f"{Path('report.html').resolve().as_uri()}\n")
    assert done.stderr == "There is no browser here: open this address in yours.\n"


def test_destructive_commands_ask(mine: Installation) -> None:
    saved(mine)
    saved(mine, template="Another: {text}")
    result = CliRunner().invoke(cli, ["delete", "mood"], input="n\n")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Delete 'mood' with its 2 versions? [y/N]" in result.stderr
    assert mine.app.versions("mood")
    assert call("delete", "mood", "--yes").stderr == "Deleted 'mood'.\n"
    assert refused(call("list", "mood")).startswith("Error: There is no prompt 'mood'")


@pytest.mark.slow
def test_without_a_terminal_to_ask_on_destructive_commands_do_nothing(mine: Installation) -> None:
    saved(mine)
    saved(mine, template="Another: {text}")
    alone = mine.command("delete", "mood", code=1)
    assert alone.out == ""
    assert alone.err.splitlines()[0].startswith("Delete 'mood' with its 2 versions? [y/N]")
    assert alone.err.splitlines()[1:] == ["Error: Nothing was done, because there is no terminal to ask on: add --yes."]
    assert mine.app.versions("mood")


def test_one_version_can_be_deleted(mine: Installation) -> None:
    for text in ("{text}", "2 {text}", "3 {text}"):
        saved(mine, template=text)
    asked = CliRunner().invoke(cli, ["delete", "mood@2"], input="n\n")
    assert (asked.exit_code, "Delete mood@2? [y/N]" in asked.stderr) == (1, True)
    assert call("delete", "mood@2", "--yes").stderr == "Deleted mood@2.\n"
    assert [version.tag for version in mine.app.versions()] == ["mood@1", "mood@3"]
    for wrong in ("mood@2", "mood@9", "mood@", "mood@x", "mod@1", "moo"):
        assert refused(call("delete", wrong, "--yes")).startswith("Error: ")
    assert [version.tag for version in mine.app.versions()] == ["mood@1", "mood@3"]
    call("delete", "mood@1", "--yes")
    call("delete", "mood@3", "--yes")
    assert mine.app.versions() == []


@pytest.mark.parametrize("which", ["mood", "mood@1"])
def test_what_is_in_use_is_refused_before_anybody_is_asked(mine: Installation, which: str) -> None:
    saved(mine)
    mine.app.container.store.set_connection(7, in_use="mood@1")
    result = CliRunner().invoke(cli, ["delete", which], input="y\n")
    assert result.exit_code == 1
    assert "Annotators of project 7 get mood@1" in result.stderr
    assert "[y/N]" not in result.stderr
    assert mine.app.versions("mood")


def test_data_goes_to_stdout_and_talk_to_stderr(mine: Installation) -> None:
    empty = call("list")
    assert (empty.exit_code, empty.stdout) == (0, "")
    assert "no prompts yet" in empty.stderr
    saved(mine)
    assert [row["version"] for row in json.loads(call("list", "--json").stdout)] == ["mood@1"]
    assert call("list").stdout.splitlines()[1].split()[:3] == ["mood@1", "7", "some-model"]
    assert call("dump", "out").stdout == "out/mood@1.md\n"


@pytest.mark.parametrize("line", ["list", "show mood", "show mood@2", "diff mood@1 mood@2"])
def test_hostile_text_is_shown_and_does_nothing(mine: Installation, line: str) -> None:
    saved(mine, template="{text}")
    saved(mine, template=f"{HOSTILE} {{text}}", note=HOSTILE, model="[red]model[/x]")
    result = call(*line.split())
    assert (result.exit_code, result.stderr) == (0, "")
    assert not set(result.stdout) & set(DANGEROUS)
    assert "[bold]b[/bold] [/nope]" in " ".join(result.stdout.split()) or line == "list"
    assert r"\x1b[31mred" in result.stdout or line == "list"


@pytest.mark.slow
def test_hostile_text_is_exact_in_json(mine: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    saved(mine, template=f"{HOSTILE} Grüße 名前 {{text}}", note=HOSTILE)
    for encoding in ("utf-8", "ascii"):
        done = mine.but(PYTHONIOENCODING=encoding, PYTHONUTF8="0").command("show", "mood", "--json")
        assert done.json["template"] == f"{HOSTILE} Grüße 名前 {{text}}"
        assert done.json["note"] == HOSTILE
    assert mine.but(PYTHONIOENCODING="ascii", PYTHONUTF8="0").command("show", "mood").out


def test_a_prompt_file_comes_back_as_it_went(mine: Installation) -> None:
    saved(mine, template=' {"a": {text}}\n\n--- \nGrüße', note="a: b", parameters={"seed": 3, "stop": ["\n"]})
    plain = call("show", "mood", "--plain").stdout
    call("dump", "out")
    assert Path("out/mood@1.md").read_text(encoding="utf-8") == plain


def test_a_dumped_file_knows_its_project(mine: Installation) -> None:
    """Label Studio is not there; that it is asked shows that nothing else is missing."""
    saved(mine)
    call("dump", "out")
    assert "LABEL_STUDIO_URL" in refused(call("load", "out/mood@1.md"))
    mine.app.delete("mood")
    assert "LABEL_STUDIO_URL" in refused(call("load", "out/mood@1.md"))
    Path("out/plain.md").write_text("Say: {text}", encoding="utf-8")
    assert "--project ID or a line 'project: ID' in its file's header" in refused(call("load", "out/plain.md"))


@pytest.mark.parametrize("argv", [["load", "out/mood@1.md"], ["save", "mood", "--file", "out/mood@1.md"]])
def test_a_file_of_another_project_does_not_slip_into_this_one(mine: Installation, argv: list[str]) -> None:
    saved(mine)
    call("dump", "out")
    path = Path("out/mood@1.md")
    path.write_text(path.read_text(encoding="utf-8").replace("project: 7", "project: 12"), encoding="utf-8")
    said = refused(call(*argv))
    assert "'mood' belongs to project 7, its file names project 12" in said
    assert "--project 7" in said
    assert "belongs to project 7, you name project 9" in refused(call(*argv, "--project", 9))
    assert "LABEL_STUDIO_URL" in refused(call(*argv, "--project", 7))


def test_a_folder_that_cannot_be_written_is_one_sentence(mine: Installation) -> None:
    saved(mine)
    Path("taken").write_text("a file, no folder", encoding="utf-8")
    assert "taken/sub can't be written to (NotADirectoryError)" in refused(call("dump", "taken/sub"))
    saved(mine, template="\ud800 {text}")
    assert "out can't be written to (UnicodeEncodeError)" in refused(call("dump", "out"))


def test_runs_are_those_of_a_prompt_or_of_one_version(mine: Installation) -> None:
    record = mine.app.container.run_store
    for template in ("{text}", "Another: {text}"):
        record.create(NewRun(saved(mine, template=template), 7, Subset("all")))
    failed = record.create(NewRun("mood@2", 7, Subset("ids", ids=tuple(range(1, 99, 2)))))
    record.finish(failed.id, "failed", "The provider refused the key [/x]\x1b: check OPENAI_API_KEY.")

    def listed(*argv: str) -> list[str]:
        return [row["version"] for row in json.loads(call("runs", *argv, "--json").stdout)]

    assert listed() == listed("mood") == ["mood@2", "mood@2", "mood@1"]
    assert (listed("mood@1"), listed("mood@2")) == (["mood@1"], ["mood@2", "mood@2"])
    assert "did you mean mood?" in refused(call("runs", "moood"))
    assert "There is no version mood@9" in refused(call("runs", "mood@9"))
    head, *rows, reason = call("runs", "mood").stdout.splitlines()
    assert head.split() == ["run", "version", "on", "status", "done", "failed", "cost", "saved", "started", "by"]
    assert [row.split()[:2] for row in rows] == [[row["run"], row["version"]] for row in _runs(mine)]
    assert rows[0].split()[2:6] == ["ids:1,3,5,7,9,11,13…", "failed", "0", "of"]
    assert reason == f"{failed.id} failed: The provider refused the key [/x]\\x1b: check OPENAI_API_KEY."


def _runs(mine: Installation) -> list[dict[str, str]]:
    return [{"run": status.run.id, "version": status.run.tag} for status in mine.app.runs()]


def test_a_prompt_through_a_pipe_is_utf_8(mine: Installation) -> None:
    def piped(text: bytes) -> str:
        return refused(CliRunner().invoke(cli, ["save", "mood", "--project", "7", "--file", "-"], input=text))

    latin = piped("Ist das schön? {text}".encode("latin-1"))
    assert latin == "Error: Standard input is not UTF-8 text: convert it, like `iconv -f latin1 -t utf-8`."
    assert "LABEL_STUDIO_URL" in piped("Ist das schön? {text}".encode())
    assert "LABEL_STUDIO_URL" in piped("\ufeffIst das schön?\r\n{text}".encode())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("argv", "unneeded"),
    [
        (["--help"], ["sqlalchemy", "pydantic", "asyncio"]),
        (["list"], ["openai", "httpx", "label_studio_sdk", "ijson", "redis", "rq", "genai_prices", "matplotlib"]),
        (["list"], ["numpy", "scipy", "sklearn", "cryptography", "PIL", "lxml", "flask", "prometheus_client"]),
        (["list"], ["sqlalchemy.dialects.postgresql", "aiohttp", "pypdf", "jinja2", "alembic"]),
        (["list"], ["backend.app.app", "backend.container.container", "backend.domain.labels.schema"]),
        (
            ["list"],
            [f"backend.interfaces.cli.commands.{name}" for name in ("evaluate", "run", "runs", "report", "save")],
        ),
        (["list", "--json"], ["backend.app.app", "backend.adapters.label_studio", "backend.domain.metrics"]),
        (
            ["diff", "mood@1", "mood@1"],
            ["backend.app.app", "backend.adapters.label_studio", "backend.domain.labels.schema"],
        ),
        (
            ["runs"],
            ["backend.app.app", "backend.adapters.label_studio", "backend.domain.labels.schema", "rich", "openai"],
        ),
        (
            ["connections"],
            ["backend.app.app", "backend.adapters.label_studio", "backend.domain.labels.schema", "cryptography"],
        ),
        (["show", "mood@1"], ["backend.app.app", "backend.adapters.label_studio", "backend.domain.labels.schema"]),
    ],
)
def test_a_command_does_not_wait_for_modules_it_does_not_use(
    mine: Installation, argv: list[str], unneeded: list[str]
) -> None:
    saved(mine)  # and makes the database, which takes more
    code = (
        "import sys; from backend.interfaces.cli.main import cli; "
        f"cli({argv}, standalone_mode=False); print(*set({unneeded}) & set(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr.splitlines()[-1] == ""


@pytest.mark.slow
def test_a_worker_holds_only_what_works_on_runs() -> None:
    code = (
        "import sys, backend.interfaces.cli.commands.runs, backend.app.work; "
        "unneeded = ('backend.services.analysis', 'backend.services.optimize', 'backend.services.keep_up', "
        "'backend.services.live', 'backend.domain.metrics.evaluation', 'backend.domain.audit', 'rich', 'openai'); "
        "print([name for name in sys.modules if name.startswith(unneeded)])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[]\n"
