"""Pictures on a real Label Studio: uploaded, from a local storage, in the task itself, and broken ones beside them."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

import pytest

from backend.adapters.pillow import picture_of
from backend.domain.picture import Picture
from demo.label_studio import DEFAULT_SWITCHES
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio, a_label_studio
from tests.journeys.project import Json, StudioProject
from tests.pictures import PDF, ServedFile, encoded, file_server, pdf
from tests.running import RunningStandIn

CONFIG = """<View>
  <Image name="photo" value="$image"/>
  <Text name="text" value="$text"/>
  <Choices name="topic" toName="photo">
    <Choice value="Refund"/><Choice value="Delivery"/><Choice value="Praise"/>
  </Choices>
</View>"""
TOPICS = ("Refund", "Delivery", "Praise")
UPLOADED = [encoded("PNG", (20 + number, 10)) for number in range(2)]
LOCAL = [encoded("JPEG", (30 + number, 10)) for number in range(2)]
LARGE = encoded("JPEG", (6000, 300))
INLINE = encoded("BMP", (20, 20))
NOTE = "😀 Anna met\r\nBob in Oslo."
GOOD = [*UPLOADED, *LOCAL, LARGE, INLINE]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of local files."""
    folder = tmp_path_factory.mktemp("local-files")
    (folder / "shelf").mkdir()
    for number, content in enumerate([*LOCAL, LARGE]):
        (folder / "shelf" / f"{number}.jpg").write_bytes(content)
    (folder / "shelf" / "text.jpg").write_text("This is not a picture.")
    (folder / "shelf" / "paper.pdf").write_bytes(PDF)
    (folder / "shelf" / "words.pdf").write_bytes(pdf(b"About Refund, 0"))
    (folder / "shelf" / "scan.pdf").write_bytes(pdf(b""))
    (folder / "shelf" / "note.txt").write_bytes(NOTE.encode())
    (folder / "shelf" / "table.csv").write_bytes(b"item;about\nlamp;Refund\n")
    (folder / "shelf" / "odd.txt").write_bytes(b"\xff\xfe")
    return folder


@pytest.fixture(scope="module")
def studio(shelf: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLabelStudio]:
    """One that serves local files."""
    serving = {
        "LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED": "true",
        "LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT": str(shelf),
    }
    with a_label_studio(tmp_path_factory.mktemp("studio"), DEFAULT_SWITCHES | serving) as running:
        yield running


@pytest.fixture
def ours(studio: RunningLabelStudio, stand_in: RunningStandIn, tmp_path: Path) -> Installation:
    return Installation.made(tmp_path, stand_in.url, **studio.env)


@pytest.fixture
def project(studio: RunningLabelStudio, shelf: Path) -> StudioProject:
    """Its first tasks have pictures, all with ground truths; three at its end have none that can be shown."""
    only_pictures = CONFIG.replace('<Text name="text" value="$text"/>', "")  # else Label Studio takes no file of one
    body = {"title": "Pictures", "label_config": only_pictures}
    made = StudioProject(studio.http.post("/api/projects/", json=body).raise_for_status().json()["id"], studio.http)
    storage = {"project": made.id, "path": str(shelf / "shelf"), "use_blob_urls": True, "title": "shelf"}
    studio.http.post("/api/storages/localfiles/", json=storage).raise_for_status()
    uploaded = [_upload(made, f"{number}.png", content) for number, content in enumerate(UPLOADED)]
    made.change(label_config=CONFIG)
    addresses = [
        *uploaded,
        *(f"/data/local-files/?d=shelf/{number}.jpg" for number in range(3)),
        f"data:image/bmp;base64,{b64encode(INLINE).decode()}",
        f"/data/upload/{made.id}/gone.png",
        "/data/local-files/?d=shelf/text.jpg",
        "https://pictures.example/x.png",
    ]
    ids = made.add([{"image": one, "text": f"About {_topic(n)}, {n}"} for n, one in enumerate(addresses)])
    for number, task in enumerate(ids[: len(GOOD)]):
        truth = {"result": _chosen(_topic(number)), "ground_truth": True}
        studio.http.post(f"/api/tasks/{task}/annotations/", json=truth).raise_for_status()
    return made


def _topic(number: int) -> str:
    return TOPICS[number % len(TOPICS)]


def _chosen(label: str) -> list[Json]:
    return [{"from_name": "topic", "to_name": "photo", "type": "choices", "value": {"choices": [label]}}]


def _upload(project: StudioProject, name: str, content: bytes) -> str:
    """Where Label Studio has it then."""
    path, params = f"/api/projects/{project.id}/import", {"commit_to_project": "false"}
    made = project.http.post(path, params=params, files={name: (name, content, "image/png")}).raise_for_status().json()
    file = project.get(f"/api/import/file-upload/{made['file_upload_ids'][0]}")["file"]
    return f"/data/{file}"


def _sent(contents: Sequence[bytes], times: int = 1) -> Json:
    """What the stand-in tells of these files if it was sent each of them so often."""
    pictures = [picture_of(content) for content in contents]
    shown = [picture for picture in pictures if isinstance(picture, Picture)]
    assert len(shown) == len(contents)
    return {f"{one.media_type} {sha256(one.content).hexdigest()}": times for one in shown}


def test_tasks_are_asked_about_with_their_pictures_judged_pushed_and_annotated(
    ours: Installation, project: StudioProject, stand_in: RunningStandIn
) -> None:
    stand_in.control(pictures=True)
    ours.command("save", "topic", "--project", project.id)
    assert "image: {image}\ntext: {text}" in ours.command("show", "topic@1").out
    judged = ours.command("evaluate", "topic@1", "--json").json
    assert (judged["tasks"], judged["accuracy"]) == (len(GOOD), 1)
    assert stand_in.stats()["pictures"] == _sent(GOOD)
    assert _sent([LARGE]) != {f"image/jpeg {sha256(LARGE).hexdigest()}": 1}, "it was scaled down"
    ours.command("run", "topic@1", "--on", "all")
    assert stand_in.stats()["pictures"] == _sent(GOOD), "no answer is paid for twice"
    failed = " ".join(ours.command("results", "topic@1", "--failed").out.split())
    for said in (
        "Its picture 'image' is not there: Label Studio answers 500, as for an upload that was deleted.",
        "Its picture 'image' is not a PNG, JPEG, WebP, GIF or BMP file.",
        "Its picture 'image' is on another host (pictures.example): set ALLOW_FOREIGN_URLS=true",
    ):
        assert said in failed
    tasks = project.task_ids()
    assert project.predicted("topic@1") == set(tasks[: len(GOOD)])
    assert ours.app.push("topic@1").unchanged == len(GOOD)
    ours.command("annotate", "topic@1", "--yes")
    assert sum(bool(one["parent_prediction"]) for one in project.annotations()) == len(GOOD)
    ours.command("withdraw", "topic@1", "--yes")
    assert project.predictions() == []
    assert INLINE not in _files(ours.folder / "data"), "no picture is kept"


def _files(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_one_task_is_tried_and_the_labelling_screen_asks_in_the_same_way(
    ours: Installation, project: StudioProject, stand_in: RunningStandIn
) -> None:
    stand_in.control(pictures=True)
    tag = ours.save("photo", project.id, "Look at {image}: what is it about? {text}")
    first, *_ = project.tasks()
    tried = ours.command("try", tag, "--task", first["id"]).out
    assert f"Look at [picture: image/png, {len(UPLOADED[0])} bytes, sha256" in tried
    assert "base64" not in tried
    assert stand_in.stats()["pictures"] == _sent(UPLOADED[:1])
    live, box = ours.app.live_predictions(), '<TextArea name="prompt" toName="photo" smart="true"/></View>'
    typed = {"from_name": "prompt", "type": "textarea", "value": {"text": ["What is on {image}?"]}}
    try:
        found = live.predict(project.id, CONFIG, project.tasks())
        (asked,) = live.predict(project.id, CONFIG.replace("</View>", box), [first], {"result": [typed]})
    finally:
        live.close(5)
    assert [bool(prediction) for prediction in found] == [True] * len(GOOD) + [False] * 3
    assert asked["result"][0]["from_name"] == "topic"
    once, thrice = _sent(GOOD), _sent(UPLOADED[:1], times=3)
    assert stand_in.stats()["pictures"] == once | thrice


def test_a_model_that_takes_no_pictures_is_told_in_one_sentence(ours: Installation, project: StudioProject) -> None:
    tag = ours.save("photo", project.id, "{image}")
    said = ours.command("run", tag, "--on", "all", code=1).err
    assert "Model 'stand-in'" in said
    assert "takes no pictures: choose a model that does, or a prompt that shows none" in " ".join(said.split())
    text = ours.save("words", project.id, "{text}")
    assert ours.command("evaluate", text, "--json").json["accuracy"] == 1, "a prompt that shows none needs none"


def test_an_estimate_does_not_make_up_what_pictures_take(
    ours: Installation, project: StudioProject, stand_in: RunningStandIn
) -> None:
    tag = ours.save("photo", project.id, "{image} {text}")
    assert ours.command("estimate", tag, "--on", "all", "--json").json["prompt_tokens"] is None
    assert "n/a: the tokens of its files are unknown" in ours.command("estimate", tag, "--on", "all").out
    stand_in.control(pictures=True)
    probed = ours.command("estimate", tag, "--on", "all", "--probe", "3", "--json").json
    assert probed["tokenizer"] == "from 3 stored answers about files"
    assert probed["prompt_tokens"][0] > 0


def test_batches_workers_reports_and_the_like_take_pictures_too(
    ours: Installation, project: StudioProject, stand_in: RunningStandIn
) -> None:
    stand_in.control(pictures=True)
    tag = ours.save("photo", project.id, "{text} {image}", confidence="samples:3")
    ours.command("run", tag, "--on", "ground-truth", "--batch")
    assert stand_in.stats()["pictures"] == _sent(GOOD, times=3), "three samples of each"
    report = ours.folder / "report.html"
    ours.command("report", tag, "--output", report)
    assert b64encode(INLINE).decode() not in report.read_text(), "what a data: address holds is not in it"
    for command in (["audit", project.id], ["results", tag], ["export", tag, "--output", ours.folder / "all.jsonl"]):
        assert "Traceback" not in ours.command(*command).err
    refused = ours.command("save", "shown", "--project", project.id, "--examples", "2", code=1).err
    assert "shows files, which examples cannot show" in " ".join(refused.split())
    other = ours.save("words", project.id, "{text}")
    ours.command("evaluate", other)
    ours.command("evaluate", tag)
    assert ours.command("compare", tag, other, "--json").json
    assert "learns from texts alone" in " ".join(ours.command("enhance", tag, "--teacher", "x", code=1).err.split())
    assert "which no teacher is sent" in ours.command("draft", "new", "--project", project.id, "--teacher", "x").err


def test_documents_are_given_as_files(
    studio: RunningLabelStudio, ours: Installation, stand_in: RunningStandIn, shelf: Path
) -> None:
    stand_in.control(pictures=True)
    config = CONFIG.replace('<Image name="photo" value="$image"/>', '<Pdf name="photo" value="$paper"/>')
    addresses = ["/data/local-files/?d=shelf/paper.pdf", "/data/local-files/?d=shelf/0.jpg"]
    tasks = [{"paper": one, "text": f"About {_topic(n)}"} for n, one in enumerate(addresses)]
    project = StudioProject(studio.new_project(config, tasks), studio.http)
    storage = {"project": project.id, "path": str(shelf / "shelf"), "use_blob_urls": True, "title": "shelf"}
    studio.http.post("/api/storages/localfiles/", json=storage).raise_for_status()
    ours.command("save", "paper", "--project", project.id)
    assert "paper: {paper}\ntext: {text}" in ours.command("show", "paper@1").out
    ours.command("run", "paper@1", "--on", "all")
    assert stand_in.stats()["pictures"] == {f"application/pdf {sha256(PDF).hexdigest()}": 1}
    assert project.predicted("paper@1") == {project.task_ids()[0]}
    failed = " ".join(ours.command("results", "paper@1", "--failed").out.split())
    assert "Its document 'paper' is a picture, and not a PDF file." in failed


def test_files_of_a_storage_come_through_label_studio(
    studio: RunningLabelStudio, ours: Installation, stand_in: RunningStandIn
) -> None:
    """S3 is a server of this machine here, which an address that Label Studio signs leads to: that is not followed."""
    stand_in.control(pictures=True)
    config = CONFIG.replace('<Text name="text" value="$text"/>', "")
    stored, late = encoded("PNG", (7, 7)), "s3://bucket/late.png"
    with file_server() as s3:
        s3.paths |= {"/bucket/in%20a/x.png": ServedFile(stored), "/bucket/late.png": ServedFile(stored)}
        project = StudioProject(studio.new_project(config, [{"image": "s3://bucket/in a/x.png"}]), studio.http)
        access = {"bucket": "bucket", "s3_endpoint": s3.url, "region_name": "us-east-1", "presign": False}
        keys = {"aws_access_key_id": "somebody", "aws_secret_access_key": "secret"}
        body = {"project": project.id, "title": "s3", **access, **keys}
        storage = studio.http.post("/api/storages/s3/", json=body).raise_for_status().json()["id"]
        (task,) = project.tasks()
        assert "/resolve/?fileuri=" in task["data"]["image"], "the API of Label Studio does not name the bucket"
        ours.command("save", "stored", "--project", project.id)
        ours.command("run", "stored@1", "--on", "all")
        ours.app.use("stored@1")
        raw = {"id": task["id"], "data": {"image": "s3://bucket/in a/x.png"}}
        live = ours.app.live_predictions()
        try:
            assert live.predict(project.id, config, [raw])[0], "as Label Studio sends it to a backend"
        finally:
            live.close(5)
        assert stand_in.stats()["pictures"] == _sent([stored]), "the same picture, so it was not asked about again"
        studio.http.patch(f"/api/storages/s3/{storage}", json={"presign": True}).raise_for_status()
        (added,) = project.add([{"image": late}])
        tried = " ".join(ours.command("try", "stored@1", "--task", added).out.split())
        assert "is in a storage at a private address (127.0.0.1), which is not read: switch the storage's" in tried


def test_texts_of_files_are_read_and_marked(
    studio: RunningLabelStudio, ours: Installation, stand_in: RunningStandIn, shelf: Path
) -> None:
    """`valueType="url"`: the screen loads what the task names, and marks are places in that."""
    config = """<View><Text name="note" value="$note" valueType="url"/>
      <Labels name="who" toName="note"><Label value="Person"/></Labels></View>"""
    addresses = [f"/data/local-files/?d=shelf/{name}" for name in ("note.txt", "odd.txt", "gone.txt")]
    project = StudioProject(studio.new_project(config, [{"note": one} for one in addresses]), studio.http)
    storage = {"project": project.id, "path": str(shelf / "shelf"), "use_blob_urls": True, "title": "shelf"}
    studio.http.post("/api/storages/localfiles/", json=storage).raise_for_status()
    first, _, _ = project.task_ids()
    bob = {"start": 12, "end": 15, "labels": ["Person"]}  # the screen stores no text there
    truth = {"from_name": "who", "to_name": "note", "type": "labels", "value": bob}
    annotation = {"result": [truth], "ground_truth": True}
    studio.http.post(f"/api/tasks/{first}/annotations/", json=annotation).raise_for_status()
    ours.command("save", "note", "--project", project.id)
    judged = ours.command("evaluate", "note@1", "--json").json
    assert (judged["tasks"], judged["accuracy"]) == (1, 1)
    ours.command("run", "note@1", "--on", "all")
    (pushed,) = project.predictions()
    assert [one["value"] for one in pushed["result"]] == [bob | {"text": "Bob"}]
    failed = " ".join(ours.command("results", "note@1", "--failed").out.split())
    assert "Its text 'note' is not a text in UTF-8." in failed
    assert "Its text 'note' is not there (Label Studio answers 404)" in failed
    assert NOTE.encode() not in _files(ours.folder / "data"), "no text of a file is kept"


def test_tables_of_files_are_read(
    studio: RunningLabelStudio, ours: Installation, stand_in: RunningStandIn, shelf: Path
) -> None:
    config = CONFIG.replace(
        '<Image name="photo" value="$image"/>', '<Table name="photo" value="$t" valueType="csv|url"/>'
    )
    config = config.replace('<Text name="text" value="$text"/>', "")
    addresses = [f"/data/local-files/?d=shelf/{name}" for name in ("table.csv", "odd.txt")]
    project = StudioProject(studio.new_project(config, [{"t": address} for address in addresses]), studio.http)
    storage = {"project": project.id, "path": str(shelf / "shelf"), "use_blob_urls": True, "title": "shelf"}
    studio.http.post("/api/storages/localfiles/", json=storage).raise_for_status()
    ours.command("save", "table", "--project", project.id)
    first, _ = project.task_ids()
    assert "item | about lamp | Refund" in " ".join(ours.command("try", "table@1", "--task", first).out.split())
    ours.command("run", "table@1", "--on", "all")
    (prediction,) = project.predictions()
    assert prediction["result"][0]["value"]["choices"] == ["Refund"]
    failed = " ".join(ours.command("results", "table@1", "--failed").out.split())
    assert "Its table 't' is not a text in UTF-8." in failed


def test_a_model_that_takes_no_files_is_given_the_text_of_documents(
    studio: RunningLabelStudio, ours: Installation, stand_in: RunningStandIn, shelf: Path
) -> None:
    config = CONFIG.replace('<Image name="photo" value="$image"/>', '<Pdf name="photo" value="$paper"/>')
    config = config.replace('<Text name="text" value="$text"/>', "")
    addresses = [f"/data/local-files/?d=shelf/{name}.pdf" for name in ("words", "scan", "paper")]
    project = StudioProject(studio.new_project(config, [{"paper": one} for one in addresses]), studio.http)
    storage = {"project": project.id, "path": str(shelf / "shelf"), "use_blob_urls": True, "title": "shelf"}
    studio.http.post("/api/storages/localfiles/", json=storage).raise_for_status()
    ours.command("save", "paper", "--project", project.id)
    ours.command("run", "paper@1", "--on", "all")
    first, _, _ = project.task_ids()
    assert project.predicted("paper@1") == {first}
    (prediction,) = project.predictions()
    assert prediction["result"][0]["value"]["choices"] == ["Refund"]
    failed = " ".join(ours.command("results", "paper@1", "--failed").out.split())
    assert "Its document has no text layer" in failed
    assert "Its document is damaged" in failed
    stand_in.control(pictures=True)
    asked = stand_in.stats()["requests"]
    ours.command("run", "paper@1", "--ids", str(first))
    assert stand_in.stats()["requests"] == asked, "the answer is found again where files are taken"
