"""Ground truths as files for fine-tuning: train and test have nothing in common, and nobody else reads them."""

import json
import stat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from backend.app import App
from backend.domain.chat.request_builder import RequestBuilder
from backend.domain.dataset.ground_truth import truth_of
from backend.domain.dataset.split import Split
from backend.domain.labels.config import read_config
from backend.domain.labels.schema import LabelSchema
from backend.domain.pictures.texts import linked_texts, with_texts
from backend.domain.project import Project
from backend.domain.prompts.prompt_file import PromptFile
from backend.domain.task import Task
from backend.errors import NoTruthsError, OutputError
from backend.services.analysis.chat_export import NO_LICENCE, ChatExporter, ChatExportOptions, training_notes
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.dataset.task_selection import TaskSelection
from backend.services.prompts.draft import Draft
from benchmarks.enhance import InboxStudio, LabelledText, ScriptedModels, in_process
from demo.teacher import DATA
from tests.scripted import at, version

ROWS = json.loads((DATA / "tasks.json").read_text(encoding="utf-8"))[:40]
TRUTHS = [LabelledText(row["text"], row["topic"]) for row in ROWS]


def app_with(folder: Path, truths: Any = TRUTHS) -> App:
    app = in_process(folder, InboxStudio(truths), ScriptedModels([]))
    app.save(Draft("topic", 1, PromptFile("{text}", system="What is it about?")))
    return app


def lines(file: Path) -> list[Any]:
    return [json.loads(line)["messages"] for line in file.read_text(encoding="utf-8").splitlines()]


def test_each_truth_is_in_one_part_with_its_answer(tmp_path: Path) -> None:
    folder = tmp_path / "training"
    exported = app_with(tmp_path / "data").export_chat("topic@1", ChatExportOptions(folder))
    train, test = lines(folder / "train.jsonl"), lines(folder / "test.jsonl")
    assert (exported.train, exported.test) == (len(train), len(test))
    assert min(exported.train, exported.test) > 5
    said = {messages[1]["content"]: json.loads(messages[2]["content"])["topic"] for messages in train + test}
    assert said == {row["text"]: row["topic"] for row in ROWS}
    assert all(messages[0]["content"].startswith("What is it about?\n\nLabel the item") for messages in train)
    assert {row["text"] for row in ROWS if Split("test", 0.5).has({"text": row["text"]})} == {
        messages[1]["content"] for messages in test
    }


def test_a_text_that_is_in_both_parts_is_only_tested(tmp_path: Path) -> None:
    half = Split("test", 0.5)
    tested = next(truth for truth in TRUTHS if half.has({"text": truth.text}))
    copies = [LabelledText(tested.text + " " * n, tested.topic) for n in range(1, 9)]
    taught = [copy for copy in copies if not half.has({"text": copy.text})]
    assert taught
    exported = app_with(tmp_path / "data", [*TRUTHS, *taught]).export_chat("topic", ChatExportOptions(tmp_path / "t"))
    assert exported.left_out["are in the test part with the same text"] == len(taught)
    assert f"- {len(taught)} tasks are in the test part" in (tmp_path / "t/README.md").read_text(encoding="utf-8")


def test_a_task_that_cannot_be_asked_about_is_counted(tmp_path: Path) -> None:
    exported = app_with(tmp_path / "data", [*TRUTHS, LabelledText(" ", "Praise")]).export_chat(
        "topic", ChatExportOptions(tmp_path / "t")
    )
    assert exported.left_out["can't be asked about"] == 1
    assert exported.train + exported.test == len(TRUTHS)


@pytest.mark.parametrize("split", [Split("dev", 0.8), Split("test", 0.2)])
def test_a_split_is_named_by_either_of_its_parts(tmp_path: Path, split: Split) -> None:
    exported = app_with(tmp_path / "data").export_chat("topic", ChatExportOptions(tmp_path / "t", split, licence="CC0"))
    assert exported.train == sum(Split("dev", 0.8).has({"text": row["text"]}) for row in ROWS)
    assert "\nCC0\n" in (tmp_path / "t/README.md").read_text(encoding="utf-8")


def test_files_are_private_also_those_that_were_there(tmp_path: Path) -> None:
    app, folder = app_with(tmp_path / "data"), tmp_path / "t"
    folder.mkdir(mode=0o755)
    (folder / "train.jsonl").write_text("old", encoding="utf-8")
    app.export_chat("topic", ChatExportOptions(folder))
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.iterdir()]}
    assert modes == {"t": 0o700, "train.jsonl": 0o600, "test.jsonl": 0o600, "README.md": 0o600}


def test_nothing_is_written_without_truths_or_where_no_folder_can_be(tmp_path: Path) -> None:
    with pytest.raises(NoTruthsError):
        app_with(tmp_path / "data", []).export_chat("topic", ChatExportOptions(tmp_path / "t"))
    assert not (tmp_path / "t").exists()
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="choose a folder"):
        app_with(tmp_path / "more").export_chat("topic", ChatExportOptions(tmp_path / "file"))


def test_spans_of_a_text_behind_an_address_are_cut_out_of_the_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    xml = (
        '<View><Text name="text" value="$text" valueType="url"/>'
        '<Labels name="who" toName="text"><Label value="Person"/></Labels></View>'
    )
    files: Any = SimpleNamespace(read_files=lambda _, addresses: [b"Anna is here."] * len(addresses))
    schema = read_config(xml)
    (task,) = with_texts([Task(1, {"text": "https://host.test/a.txt"})], linked_texts(schema), files, 7)
    value = {"start": 0, "end": 4, "text": "Anna", "labels": ["Person"]}
    region = {"id": "a", "from_name": "who", "to_name": "text", "type": "labels", "value": value}
    own = schema.for_task(task.contents)
    assert isinstance(own, LabelSchema)
    truth = truth_of(1, [{"id": 1, "ground_truth": True, "result": [region]}], "ground-truth", own)
    assert truth is not None
    selection = TaskSelection([[task]], 1, [truth])
    monkeypatch.setattr("backend.services.analysis.chat_export.ground_truths", lambda *_: selection)
    prompt = version("{text}", schema=schema)
    builder = RequestBuilder(prompt, schema, at("http://model.test/v1", pictures=files))
    exporter = ChatExporter(files, ResolvedVersion(prompt, Project(7, "p", xml, "", 1), schema), builder)
    exporter.export(ChatExportOptions(tmp_path / "t"))
    (messages,) = lines(tmp_path / "t/test.jsonl")
    assert json.loads(messages[-1]["content"]) == {"who": [{"label": "Person", "text": "Anna", "before": ""}]}


COUNTS = {"train.jsonl": (1200, Split("dev", 0.8)), "test.jsonl": (30, Split("test", 0.2))}


def test_they_have_counts_reasons_and_what_comes_next() -> None:
    notes = training_notes(version(), COUNTS, {"can't be asked about": 3, "are not said": 0}, "CC BY 4.0")
    assert "- `train.jsonl`: 1,200 lines, the ground truths in `dev:0.8`" in notes
    assert "- 3 tasks can't be asked about" in notes
    assert "are not said" not in notes
    assert "## Licence\n\nCC BY 4.0\n" in notes
    assert "`ls-prompts show mood@1 --plain > mood.taught.md`" in notes, "prompt.md is the user's own file"
    assert "`ls-prompts save mood --file mood.taught.md --model NAME`" in notes
    assert "`ls-prompts evaluate mood@N --split test:0.2`" in notes


def test_a_licence_that_nobody_said_is_told_as_unknown() -> None:
    notes = training_notes(version(), COUNTS, {}, "")
    assert NO_LICENCE in notes
    assert "- nothing" in notes
