"""The HTTP server that Label Studio calls, with the stand-in as its model: what it answers."""

import base64
import io
import json
from pathlib import Path
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring
from flask.testing import FlaskClient

from backend.adapters.database.calibrations import CalibrationStore
from backend.domain.calibration.calibrators import Calibrators, Isotonic
from backend.interfaces.web.server import create_app
from tests.calls import body, in_use, moods, predict, scripted, setup, task
from tests.installation import Installation
from tests.running import RunningStandIn
from tests.scripted import CONFIG, GOOD

OTHER = '<View><Text name="t" value="$body"/><Choices name="kind" toName="t"><Choice value="Spam"/></Choices></View>'


@pytest.fixture
def mine(tmp_path: Path, stand_in: RunningStandIn) -> Installation:
    return Installation.made(tmp_path, stand_in.url)


@pytest.fixture
def client(mine: Installation) -> FlaskClient:
    return create_app(mine.app).test_client()


def test_there_is_one_element_per_task_in_order(client: FlaskClient) -> None:
    wanted = ["Good", "Bad", "Bad", "Good", "Bad", "Good", "Good"] * 6
    results = predict(client, *[task(f"a {mood} day, number {i}") for i, mood in enumerate(wanted)])
    assert moods(results) == wanted
    answer = setup(client).json
    assert answer is not None
    assert {found["model_version"] for found in results} == {answer["model_version"]}
    for found in results:
        assert found.keys() == {"result", "score", "model_version"}
        assert 0 <= found["score"] <= 1
        (region,) = found["result"]
        assert (region["from_name"], region["to_name"], region["type"]) == ("mood", "text", "choices")


def test_the_version_in_use_is_what_setup_and_predictions_say(client: FlaskClient, mine: Installation) -> None:
    tag = in_use(mine)
    assert setup(client).json == {"model_version": "mood@1"}
    assert [found["model_version"] for found in predict(client, task("good"))] == [tag]
    changed = CONFIG.replace('<Choice value="Bad"/>', '<Choice value="Awful"/>')
    marked = setup(client, changed).json
    assert marked is not None
    assert marked["model_version"].startswith("mood@1~")
    assert predict(client, task("good"), config=changed)[0]["model_version"] == marked["model_version"]


def test_scores_are_calibrated_when_that_is_saved(client: FlaskClient, mine: Installation) -> None:
    version = mine.app.version(in_use(mine))
    (raw,) = predict(client, task("good"))
    half = Calibrators(Isotonic(((0.0, 0.0), (1.0, 0.5))))
    CalibrationStore(mine.app.container.store).save(version, half, 100)
    (found,) = predict(client, task("good"))
    assert found["score"] == pytest.approx(raw["score"] / 2, abs=1e-6)
    changed = CONFIG.replace('<Choice value="Bad"/>', '<Choice value="Awful"/>')
    (raw_again,) = predict(client, task("good"), config=changed)
    assert raw_again["score"] > 0.5, "it was fitted on answers under another config"


def test_projects_do_not_mix(client: FlaskClient) -> None:
    for _ in range(3):
        assert moods(predict(client, task("good"))) == ["Good"]
        assert moods(predict(client, {"data": {"body": "buy this"}}, config=OTHER)) == ["Spam"]
    assert setup(client).json != setup(client, OTHER).json


def test_what_cannot_be_asked_about_is_an_empty_element(client: FlaskClient) -> None:
    hopeless: list[Any] = [task(None), task([]), task(" "), 17, None, "x", [], {}, {"data": [1]}, {"data": None}]
    results = predict(client, task("good"), *hopeless, task("bad"))
    assert moods(results) == ["Good", *[None] * len(hopeless), "Bad"]
    assert predict(client) == []


@pytest.mark.slow
@pytest.mark.parametrize("params", [None, {}, {"context": None}, {"context": []}, {"context": "x"}, [], "x", 1])
def test_any_params_will_do(client: FlaskClient, params: Any) -> None:
    asked = {**body(task("good")), "params": params}
    assert moods(client.post("/predict", json=asked).get_json()["results"]) == ["Good"]
    del asked["params"]
    assert moods(client.post("/predict", json=asked).get_json()["results"]) == ["Good"]


def test_only_the_data_of_a_task_is_asked_about(mine: Installation) -> None:
    client, model = scripted(mine, GOOD)
    annotations = [{"result": "THE TRUTH"}]
    predict(client, task("a day", annotations=annotations, predictions=["THE TRUTH"], meta={"x": "THE TRUTH"}))
    assert "a day" in model.users[0]
    assert "THE TRUTH" not in str(model.requests[0].messages)


def test_a_typed_prompt_is_used_at_once_and_kept(mine: Installation) -> None:
    smart = CONFIG.replace("</View>", '<TextArea name="prompt" toName="text" smart="true"/></View>')
    client, model = scripted(mine, GOOD)
    region = {"from_name": "prompt", "to_name": "text", "type": "textarea", "value": {"text": ["old", "Is it nice?"]}}
    (found,) = predict(client, task("a day"), config=smart, context={"result": [region]})
    assert model.users == ["Is it nice?\n\na day"]
    assert found["result"][0]["value"] == {"choices": ["Good"]}
    assert found["result"][1]["value"] == {"text": ["old", "Is it nice?"]}
    assert (found["result"][1]["from_name"], found["score"]) == ("prompt", None)


def test_a_typed_prompt_with_an_unknown_variable_is_taken_back_and_why_is_logged(
    mine: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    """Without a box for remarks nothing can be shown that is not saved. The next try counts."""
    smart = CONFIG.replace("</View>", '<TextArea name="prompt" toName="text" smart="true"/></View>')
    client, model = scripted(mine, GOOD)

    def typed(text: str) -> list[dict[str, Any]]:
        region = {"from_name": "prompt", "to_name": "text", "type": "textarea", "value": {"text": ["old", text]}}
        (found,) = predict(client, task("a day"), config=smart, context={"result": [region]})
        return list(found["result"])

    (refused,) = typed("Is {txet} nice?")
    assert (refused["value"], refused["from_name"], model.users) == ({"text": ["old"]}, "prompt", [])
    assert "a prompt that was typed on the labelling screen was not used" in caplog.text
    assert "did you mean {text}?" in caplog.text
    mood, kept = typed('Is {text} {"nice": 1}?')
    assert model.users == ['Is a day {"nice": 1}?']
    assert mood["value"] == {"choices": ["Good"]}
    assert kept["value"] == {"text": ["old", 'Is {text} {"nice": 1}?']}


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/predict", "/setup"])
@pytest.mark.parametrize(
    "sent",
    [b"", b"{", b"\xff\xfe", b"[]", b'"x"', b"null", b"{}", b'{"tasks": {}}', b'{"tasks": [], "project": "x.1"}'],
)
def test_a_body_that_is_none_is_refused_with_one_sentence(client: FlaskClient, path: str, sent: bytes) -> None:
    answer = client.post(path, data=sent)
    assert (answer.status_code, answer.is_json) == (400, True)
    assert answer.get_json()["error"].endswith(".")
    assert len(answer.get_json()) == 1


@pytest.mark.parametrize("path", ["/predict", "/setup"])
@pytest.mark.parametrize("sent", [b"[" * 100_000, b'{"project": ' + b"[" * 100_000, b'{"tasks": ' + b"9" * 5000 + b"}"])
def test_json_without_end_is_refused_with_one_sentence(client: FlaskClient, path: str, sent: bytes) -> None:
    answer = client.post(path, data=sent, content_type="application/json")
    assert (answer.status_code, answer.json) == (400, {"error": "The body is not a JSON object."})


@pytest.mark.slow
@pytest.mark.parametrize(
    "project", ["9" * 5000, "9" * 5000 + ".1", 10**4000, 2**31, "٣" * 20, -1, [7], {"id": 7}, True]
)
def test_a_project_that_can_be_none_is_refused(client: FlaskClient, project: Any) -> None:
    for path in ("/predict", "/setup"):
        answer = client.post(path, json={**body(task("good")), "schema": CONFIG, "project": project})
        assert (answer.status_code, answer.json) == (400, {"error": "The 'project' is not a project id."})


@pytest.mark.slow
@pytest.mark.parametrize("kind", [None, "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
@pytest.mark.parametrize("path", ["/predict", "/setup"])
def test_only_json_is_read_which_no_foreign_page_may_send(client: FlaskClient, path: str, kind: str | None) -> None:
    sent = json.dumps({**body(task("good")), "schema": CONFIG}).encode()
    assert client.post(path, data=sent, content_type="application/json").status_code == 200
    answer = client.post(path, data=sent, content_type=kind)
    assert (answer.status_code, answer.json) == (400, {"error": "The body is not a JSON object."})


def test_a_config_that_prompts_cannot_label(client: FlaskClient) -> None:
    for config in ("", "<View/>", "no xml", '<!DOCTYPE x [<!ENTITY e "boom">]><View>&e;</View>'):
        assert predict(client, task("good"), task("bad"), config=config) == [{}, {}]
        refused = setup(client, config)
        assert refused.status_code == 400
        assert "labelling config" in refused.get_json()["error"]


def test_a_config_that_was_refused_is_not_read_again(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def counted(xml: str, **rules: Any) -> Any:
        read.append(xml)
        return fromstring(xml, **rules)

    monkeypatch.setattr("backend.domain.labels.config_tree.fromstring", counted)
    refused = "<View><!-- seen by no other test --></View>"
    answers = [setup(client, refused) for _ in range(3)]
    assert {(answer.status_code, answer.text) for answer in answers} == {(400, answers[0].text)}
    assert predict(client, task("good"), config=refused) == [{}]
    assert read == [refused]


def test_a_body_too_large_is_refused(mine: Installation) -> None:
    client = create_app(mine.but(MAX_BODY_MB="0.01").app).test_client()
    answer = client.post("/predict", json=body(task("x" * 11_000)))
    assert answer.status_code == 413
    assert "MAX_BODY_MB" in answer.get_json()["error"]
    assert len(predict(client, task("x" * 9_000))) == 1


@pytest.mark.parametrize(("size", "status"), [(11_000, 413), (10_000_000, 413), (9_000, 200)])
def test_a_body_of_unknown_length_is_refused_when_it_turns_out_too_large(
    mine: Installation, size: int, status: int
) -> None:
    client = create_app(mine.but(MAX_BODY_MB="0.01").app).test_client()
    sent = io.BytesIO(json.dumps(body(task("x" * size))).encode())
    chunked = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    answer = client.post("/predict", input_stream=sent, content_type="application/json", environ_overrides=chunked)
    assert answer.status_code == status


def test_wrong_methods_and_paths(client: FlaskClient) -> None:
    for method, path, status in (("GET", "/predict", 405), ("POST", "/health", 405), ("GET", "/../x", 404)):
        answer = client.open(path, method=method)
        assert (answer.status_code, answer.is_json) == (status, True)


def test_health_versions_and_webhook(client: FlaskClient, mine: Installation) -> None:
    tag = in_use(mine)
    assert client.get("/health").get_json()["status"] == client.get("/").get_json()["status"] == "UP"
    assert client.get("/versions").json == {"versions": [tag]}
    for sent in (b'{"action": "ANNOTATION_CREATED"}', b"no json"):
        assert client.post("/webhook", data=sent).status_code == 200


FOREIGN = [
    "evil.example",
    "evil.example:9090",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "10.0.0.1",
    "",
    "[::",
    "@",
]


@pytest.mark.slow
@pytest.mark.parametrize("host", FOREIGN)
def test_a_name_that_was_rebound_to_this_machine_is_refused_without_a_password(mine: Installation, host: str) -> None:
    sent = {"json": {**body(task("good")), "schema": CONFIG}, "headers": {"Host": host}}
    client = create_app(mine.app).test_client()
    for path in ("/predict", "/setup", "/webhook"):
        answer = client.post(path, **sent)
        assert answer.status_code == 403
        assert "BASIC_AUTH_USER" in answer.get_json()["error"]
    assert create_app(mine.but(ALLOW_NO_AUTH="true").app).test_client().post("/setup", **sent).status_code == 200


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:9090", "127.0.0.1:9090", "127.1.2.3", "[::1]:9090"])
def test_this_machine_by_any_name_is_answered(client: FlaskClient, host: str) -> None:
    assert client.get("/health", headers={"Host": host}).status_code == 200


STRANGERS = ["10.0.0.7", "192.168.1.2", "172.17.0.1", "8.8.8.8", "2001:db8::1", "fe80::1%eth0", "::ffff:10.0.0.7", ""]


@pytest.mark.parametrize("peer", STRANGERS)
def test_whoever_comes_from_elsewhere_is_a_stranger_whatever_the_headers_say(mine: Installation, peer: str) -> None:
    client = create_app(mine.app).test_client()
    for name in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Client-IP", "Via"):
        lies = {"Host": "127.0.0.1:9090", name: "127.0.0.1"}
        sent = {"json": {**body(task("good")), "schema": CONFIG}, "headers": lies}
        for path in ("/predict", "/setup", "/runs"):
            answer = client.post(path, environ_overrides={"REMOTE_ADDR": peer}, **sent)
            assert answer.status_code == 403


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_answered_from_any_of_its_own_addresses(client: FlaskClient, peer: str) -> None:
    assert client.get("/health", environ_overrides={"REMOTE_ADDR": peer}).status_code == 200


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded"])
def test_a_proxy_on_this_machine_speaks_for_somebody_else(client: FlaskClient, header: str) -> None:
    assert client.get("/health", headers={header: "for=8.8.8.8"}).status_code == 403


@pytest.mark.slow
def test_3000_wrong_passwords_are_throttled_told_once_and_lock_nobody_else_out(
    mine: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    client = create_app(mine.but(BASIC_AUTH_USER="a", BASIC_AUTH_PASS="right").app).test_client()
    stranger = {"REMOTE_ADDR": "10.0.0.7"}
    statuses = [
        client.get("/health", auth=("a", f"wrong {number}"), environ_overrides=stranger).status_code
        for number in range(3000)
    ]
    assert statuses[:20] == [401] * 20
    assert statuses.count(429) > 2900
    assert client.get("/health", auth=("a", "right"), environ_overrides=stranger).status_code == 429
    assert client.get("/health", auth=("a", "right")).status_code == 200
    (line,) = [record.getMessage() for record in caplog.records if "password" in record.getMessage()]
    assert "10.0.0.7" in line
    assert "wrong 0" not in line


@pytest.mark.parametrize("user", ["annotator", "jörg", "名前"])
def test_a_password_is_asked_for(mine: Installation, user: str) -> None:
    client = create_app(mine.but(BASIC_AUTH_USER=user, BASIC_AUTH_PASS="pass:wörd").app).test_client()
    right = f"{user}:pass:wörd"
    accepted = {f"Basic {_base64(right)}", f"basic {_base64(right)}"}
    if user != "名前":
        accepted.add(f"Basic {_base64(right, 'latin-1')}")
    wrong = {"", "Basic", "Basic ?", "Basic =", f"Bearer {_base64(right)}", f"Basic {_base64(user)}", "Basic \xff"}
    wrong |= {f"Basic {_base64(pair)}" for pair in (f"{user}:", ":pass:wörd", f"{right} ", f"x{right}", ":")}
    for header in accepted | wrong:
        answer = client.get("/health", headers={"Authorization": header} if header else {})
        assert answer.status_code == (200 if header in accepted else 401), header
    refused = client.post("/predict", json=body(task("good")))
    assert (refused.status_code, refused.is_json) == (401, True)
    assert "Basic" in refused.headers["WWW-Authenticate"]


def _base64(text: str, encoding: str = "utf-8") -> str:
    return base64.b64encode(text.encode(encoding)).decode()
