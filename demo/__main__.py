"""The whole job on real parts, as a user would do it: what `make demo` runs.

Starts Label Studio, the backend and the stand-in model (MODEL=local: a small real model on this machine instead,
MODEL=gpt-4o-mini: the real provider), makes a project with 200 messages, 60 of them ground truth (48 and 24 for the
local model, which takes longer), and runs the commands of the README against it; then a second one, where words of a
message are marked, a kind is chosen, a sentence copied and the urgency rated, for which the local model is too small.
Every step is checked; the exit code is 0 only if all of them did what they should. ONCE=1 ends after the jobs.
"""

import os
import secrets
import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from demo import inbox, services
from demo.extraction import Extraction
from demo.job import DemoEnvironment, DemoError, Job
from demo.label_studio import Account, initialised_data_dir, label_studio
from demo.services import ServiceError

LOCAL = "local"
LOCAL_SETTINGS = {"CONCURRENCY": "1", "REQUEST_TIMEOUT_S": "120", "PRICE_IN": "0", "PRICE_OUT": "0"}
PROVIDER = ("OPENAI_API_KEY", "OPENAI_BASE_URL")


def main() -> None:
    services.stop_on_signals()
    folder = Path(tempfile.mkdtemp(prefix="open-prompts-demo-"))
    try:
        with ExitStack() as running:
            demo = start_all(folder, running)
            job = Job(demo)
            job.do()
            if not demo.has_local_model:
                Extraction(job).do()
            if os.environ.get("ONCE") == "1":
                say("\nEverything worked. Without ONCE=1 it stays up, for you to look at.")
            else:
                keep_settings(demo)
                say(goodbye(demo) + "\n\nCtrl-C stops everything.")
                services.wait_for_signal()
    except KeyboardInterrupt:
        say("Stopped.")
    except (DemoError, ServiceError) as error:
        sys.exit(f"The demo failed: {error}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def start_all(folder: Path, running: ExitStack) -> DemoEnvironment:
    """Starts what the job needs; `running` stops it again."""
    model = os.environ.get("MODEL") or "stand-in"
    model = services.LOCAL_MODEL if model == LOCAL else model
    account = Account(password=secrets.token_urlsafe(9), token=secrets.token_hex(20))
    say("Starting Label Studio (the first time takes a minute).")
    shutil.copytree(initialised_data_dir(), folder / "label-studio")
    log = folder / "label-studio.log"
    studio = running.enter_context(label_studio(folder / "label-studio", port("Label Studio", 8080), account, log=log))
    env = {
        "LABEL_STUDIO_URL": studio.url,
        "LABEL_STUDIO_API_KEY": account.token,
        "DATA_DIR": str(folder / "record"),
        "OPENAI_MODEL": model,
        **provider(model, folder, running),
    }
    say("Starting the backend.")
    backend_port = port("The backend", 9090)
    env["BIND"] = f"127.0.0.1:{backend_port}"
    backend = running.enter_context(services.backend(backend_port, env, log=folder / "backend.log"))
    return DemoEnvironment(folder, studio.url, backend.url, account, model, env)


def provider(model: str, folder: Path, running: ExitStack) -> dict[str, str]:
    """Where the model is: the stand-in, a real one on this machine, or what the environment says."""
    if model == services.LOCAL_MODEL:
        return local(folder, running)
    if model != "stand-in":
        if not os.environ.get("OPENAI_API_KEY"):
            raise DemoError(f"MODEL={model} needs a key: export OPENAI_API_KEY, or leave MODEL out.")
        return {name: os.environ[name] for name in PROVIDER if os.environ.get(name)}
    say("Starting the stand-in model: word overlap, not an LLM; it needs no key.")
    model_server = services.stand_in(port("The stand-in", 8765), log=folder / "stand-in.log", latency_ms=50)
    running.enter_context(model_server)
    return {"OPENAI_BASE_URL": f"{model_server.url}/v1", "OPENAI_API_KEY": "stand-in"}


def local(folder: Path, running: ExitStack) -> dict[str, str]:
    """A small real model behind llama.cpp, on all processors but one: its threads wait for each other busily, and with
    other work on the last processor a small request takes minutes."""
    say(
        "Starting llama.cpp with Gemma 3 270M: a real language model on this machine, without a key, and often wrong.\n"
        "Google's Gemma Terms of Use (ai.google.dev/gemma/terms) apply to the model, the MIT licence to llama.cpp."
    )
    log, threads = folder / "local-model.log", max(1, (os.cpu_count() or 1) - 1)
    server = running.enter_context(services.local_model(port("llama.cpp", 8766), log=log, threads=threads))
    return {"OPENAI_BASE_URL": f"{server.url}/v1", "OPENAI_API_KEY": "none", **LOCAL_SETTINGS}


def port(name: str, preferred: int) -> int:
    found = services.free_port(preferred)
    if found != preferred:
        say(f"Port {preferred} is busy: {name} takes {found} instead.")
    return found


def keep_settings(demo: DemoEnvironment) -> None:
    """For commands that are typed in the demo's folder."""
    (demo.folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in demo.env.items()))


def goodbye(demo: DemoEnvironment) -> str:
    return f"""
Everything worked. Look at it:

  Label Studio   {demo.studio_url}
  sign in with   {demo.account.email} / {demo.account.password}
  the page       {demo.backend_url}/prompts
  sign in with   the access token of Label Studio's Account & Settings

  1. Open the project "Support inbox". The Data Manager shows a prediction for every task.
  2. Click a task below the first {demo.truths}: the predicted topic is ticked already. Correct it if need be, press
     Submit.
  3. Switch Auto-Annotation on (below the task), type a prompt into the box, press Add: the topic follows your prompt.
  4. In a second terminal: cd {demo.folder}
     {Path(sys.executable).with_name("ls-prompts")} results inbox@2 --wrong   (--help lists the other commands)
  5. Open {demo.report.as_uri()}: the numbers as one page, to look at until Ctrl-C.{details(demo)}

The data and the prompts were written together for this demo: its figures show how the parts work, not how good a
prompt is."""


def details(demo: DemoEnvironment) -> str:
    """What there is to see of the second job."""
    if demo.has_local_model:
        return ""
    return f"""
  6. Open the project "{inbox.TITLE}" and click a task below the first {inbox.TRUTHS}: products, order numbers, dates
     and people are marked in the text; the kind, the sentence that asks for something and the stars are filled in."""


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
