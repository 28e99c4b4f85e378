"""What stands before Label Studio: a real nginx, with the limit it comes with, a redirect or its own certificate."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from backend.domain.dataset.subset import Subset
from backend.errors import StudioError
from backend.services.predictions.sync import PushResult
from backend.services.runs.options import RunOptions
from demo import services
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import CONFIG, StudioProject, messages
from tests.running import RunningStandIn, unavailable, until

TASKS = 40
CONF = """daemon off;{user} worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  {servers}
}}"""


def nginx(folder: Path, server: str, tls: str = "") -> AbstractContextManager[int]:
    """A running nginx with this `server`; its port."""
    return nginx_with(folder, lambda port: f"server {{ listen 127.0.0.1:{port}{tls}; {server} }}")


@contextmanager
def nginx_with(folder: Path, servers: Callable[[int], str]) -> Iterator[int]:
    """The same with these `servers`, which listen on a port."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        unavailable("No nginx found: install it (Debian: nginx-light).")
    port = services.free_port()
    user = " user root;" if os.geteuid() == 0 else ""  # else its workers may not write in our folder
    folder.mkdir(parents=True)
    (folder / "conf").write_text(CONF.format(folder=folder, servers=servers(port), user=user))
    with subprocess.Popen([program, "-p", str(folder), "-e", f"{folder}/error.log", "-c", f"{folder}/conf"]) as process:
        try:
            until(lambda: services.free_port(port) != port)
            yield port
        finally:
            process.terminate()


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    return StudioProject.made(label_studio, messages(TASKS))


def proxied(label_studio: RunningLabelStudio, limit: str = "") -> str:
    return f"{limit} location / {{ proxy_pass {label_studio.url}; proxy_set_header Host $http_host; }}"


@pytest.mark.parametrize("limit", ["", "client_max_body_size 100k;"])
def test_a_request_that_is_too_large_is_halved(
    mine: Installation, label_studio: RunningLabelStudio, tmp_path: Path, limit: str
) -> None:
    """Without a limit of its own, nginx has one of 1 MB; stored under such an alias, the answers weigh 1.6 MB."""
    config = CONFIG.replace('value="Refund"', f'value="Refund" alias="{"r" * 60_000}"')
    config = config.replace('value="Praise"', f'value="Praise" alias="{"p" * 60_000}"')
    project = StudioProject.made(label_studio, messages(TASKS), config=config)
    tag = mine.save("topic", project.id)
    mine.app.run(tag, Subset("all"), RunOptions(push=False))
    with nginx(tmp_path / "nginx", proxied(label_studio, limit)) as port:
        before = mine.but(LABEL_STUDIO_URL=f"http://127.0.0.1:{port}")
        assert before.app.push(tag) == PushResult(TASKS, 0, 0)
    assert project.predicted(tag) == set(project.task_ids())
    assert mine.app.push(tag) == PushResult(0, 0, TASKS)


def test_a_single_prediction_that_is_too_large_is_named_with_the_limit(
    mine: Installation, project: StudioProject, label_studio: RunningLabelStudio, tmp_path: Path
) -> None:
    tag = mine.save("topic", project.id)
    mine.app.run(tag, Subset("all"), RunOptions(push=False))
    with nginx(tmp_path / "nginx", proxied(label_studio, "client_max_body_size 100;")) as port:
        before = mine.but(LABEL_STUDIO_URL=f"http://127.0.0.1:{port}")
        said = before.command("push", tag, code=1).err
    assert "client_max_body_size" in said
    assert "40 prediction(s)" in said
    assert f"of task {project.task_ids()[0]}" in said
    assert mine.app.push(tag) == PushResult(TASKS, 0, 0)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_said_with_the_right_address_before_anything_is_spent(
    mine: Installation,
    project: StudioProject,
    label_studio: RunningLabelStudio,
    stand_in: RunningStandIn,
    tmp_path: Path,
    status: int,
) -> None:
    tag = mine.save("topic", project.id)
    to = f"return {status} {label_studio.url}$request_uri;"
    with nginx(tmp_path / "nginx", to) as port:
        url = f"http://127.0.0.1:{port}"
        led = mine.but(LABEL_STUDIO_URL=url)
        sentence = f"{url} redirects to {label_studio.url}, and redirects are not followed: set LABEL_STUDIO_URL to "
        for line in (["run", tag, "--on", "all"], ["evaluate", tag], ["save", "other", "--project", project.id]):
            assert sentence + label_studio.url in led.command(*line, code=1).err
        assert stand_in.requests() == 0
        doctor = led.command("doctor", "--json", code=1).json
    (check,) = (check for check in doctor if check["name"] == "Label Studio")
    assert (check["ok"], sentence in check["sentence"]) == (False, True)


def test_a_redirect_to_a_page_to_sign_in_is_no_address(mine: Installation, tmp_path: Path) -> None:
    with nginx(tmp_path / "nginx", "return 302 https://sign.in/here?next=x;") as port:
        url = f"http://127.0.0.1:{port}"
        with pytest.raises(StudioError, match=r"redirects to https://sign\.in/here, .*Label Studio's own address"):
            mine.but(LABEL_STUDIO_URL=url).app.container.studio.describe()


def test_a_certificate_of_its_own_is_said_and_can_be_trusted(
    mine: Installation, label_studio: RunningLabelStudio, tmp_path: Path
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    made += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(made, check=True, capture_output=True)
    server = f"ssl_certificate {certificate}; ssl_certificate_key {key}; {proxied(label_studio)}"
    with nginx(tmp_path / "nginx", server, " ssl") as port:
        behind = mine.but(LABEL_STUDIO_URL=f"https://127.0.0.1:{port}")
        (check, *_) = behind.command("doctor", "--json", code=1).json
        assert not check["ok"]
        assert "certificate" in check["sentence"]
        assert "SSL_CERT_FILE" in check["sentence"]
        trusting = behind.but(SSL_CERT_FILE=str(certificate))
        (check, *_) = trusting.command("doctor", "--json", code=1).json
        assert check["ok"], check["sentence"]
        plain = mine.but(LABEL_STUDIO_URL=f"http://127.0.0.1:{port}")
        with pytest.raises(StudioError, match="begin LABEL_STUDIO_URL with https://"):
            plain.app.container.studio.describe()


def test_tls_where_there_is_none_is_said(mine: Installation, label_studio: RunningLabelStudio) -> None:
    wrong = mine.but(LABEL_STUDIO_URL=label_studio.url.replace("http://", "https://"))
    with pytest.raises(StudioError, match="begin LABEL_STUDIO_URL with http://"):
        wrong.app.container.studio.describe()
