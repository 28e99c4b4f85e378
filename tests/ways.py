"""The ways of data that docs/architecture.md tells, carried out and traced: `python -m tests.ways` prints them.

A way begins at a function and leads to some places: functions that change the datum, or take it out of the process. On
the way are the calls that lead there: what had been entered since the beginning, and had not returned, when a place was
entered for the first time, also through tasks and threads. What these functions call beside that is not on the way.

A climb is a call on the way to a function of a higher layer than its caller's.
"""

import tempfile
from collections.abc import Sequence
from contextlib import chdir
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from backend.interfaces.web.server import create_app
from tests.call_trace import Trace, TracedCall
from tests.calls import predict, task
from tests.installation import Installation
from tests.labelled_project import PROJECT
from tests.running import running_stand_in
from tests.studio_server import running_studio


@dataclass(frozen=True, slots=True)
class Way:
    """
    title: of its section in docs/architecture.md
    calls: on the way, in the order in which they were entered
    """

    title: str
    calls: Sequence[TracedCall]

    @property
    def names(self) -> list[str]:
        """Of its functions, in the order of their first call."""
        return list(dict.fromkeys(call.name for call in self.calls if not call.function.endswith(">")))

    @property
    def files(self) -> list[str]:
        return list(dict.fromkeys(call.file for call in self.calls))

    @property
    def folders(self) -> list[str]:
        return list(dict.fromkeys(call.folder for call in self.calls))

    @property
    def climbs(self) -> list[str]:
        found = ((call.caller, call) for call in self.calls if call.is_climb)
        return [f"{caller.name} -> {call.name}" for caller, call in found if caller and caller in self.calls]

    @property
    def row(self) -> str:
        """Of the table in docs/architecture.md."""
        return f"| {self.title} | {len(self.files)} | {len(self.folders)} | {len(self.climbs)} |"


@dataclass(frozen=True, slots=True)
class Leg:
    """Part of a way. `places`: where it leads from `begin`."""

    begin: str
    places: tuple[str, ...]

    def of(self, calls: Sequence[TracedCall]) -> list[TracedCall]:
        """Those of `calls` that are on the way. Raises LookupError for a place that was not reached."""
        on_way = {call.number: call for place in self.places for call in self._leading_to(place, calls)}
        return [on_way[number] for number in sorted(on_way)]

    def _leading_to(self, place: str, calls: Sequence[TracedCall]) -> list[TracedCall]:
        for call in calls:
            if call.name == place and (found := call.since(self.begin)):
                return found
        raise LookupError(f"{self.begin} does not lead to {place}")


PREDICT = Leg(
    "interfaces/web/server.py, _add_predict.predict",
    (
        "domain/prompts/version.py, PromptVersion.fill",
        "adapters/providers/http_connection.py, HttpConnection.ask",
        "adapters/providers/response.py, to_completion",
        "adapters/database/completions.py, CompletionStore.add_completions",
        "domain/chat/response_parser.py, read",
        "domain/resolution/resolve.py, outcome_of",
        "engine/collected_outcomes.py, CollectedOutcomes.add",
        "domain/labels/regions.py, to_result",
    ),
)
EVALUATE = Leg(
    "interfaces/cli/commands/evaluate.py, evaluate",
    (
        "adapters/label_studio/task_pages.py, TaskPages.answer",
        "domain/dataset/ground_truth.py, truth_of",
        "domain/metrics/cases.py, count_cases",
        "domain/metrics/classification.py, score_of",
    ),
)
READ = Leg("interfaces/cli/options/prompt_text.py, _file", ("domain/prompts/prompt_file.py, read_prompt_file",))
SAVE = Leg(
    "interfaces/cli/commands/save.py, save",
    (
        "domain/labels/config.py, read_config",
        "domain/prompts/version.py, check_template",
        "adapters/database/prompts.py, Store.save",
    ),
)
TRY = Leg(
    "interfaces/cli/commands/run.py, try_task",
    ("adapters/database/prompts.py, Store.version", "domain/prompts/version.py, PromptVersion.fill"),
)
RUN = Leg(
    "interfaces/cli/commands/run.py, run",
    (
        "engine/budgets/budget_rules.py, check_budget",
        "adapters/database/budgets/budget_ledger.py, BudgetLedger.hold",
    ),
)


class TracedScene:
    """An installation with a project in Label Studio, and a trace of what is done with it."""

    def __init__(self, folder: Path, model: str, studio: str) -> None:
        prices = {"PRICE_IN": "1", "PRICE_OUT": "1", "LABEL_STUDIO_API_KEY": "f" * 40}
        self._mine = Installation.made(folder, model, LABEL_STUDIO_URL=studio, **prices)
        self._file = folder / "prompt.txt"
        self._trace = Trace()

    def ways(self) -> list[Way]:
        """What is imported once is imported before, because a trace makes that slow."""
        self._commands("warm")
        with self._trace.installed():
            saving, trying, running, evaluating = self._commands("mood")
            predicting = self._prediction("mood@1")
        saved = [*READ.of(saving), *SAVE.of(saving)]
        return [
            Way("From a task's text to a prediction in Label Studio", PREDICT.of(predicting)),
            Way("From a ground truth to the accuracy", EVALUATE.of(evaluating)),
            Way("From a template to a stored version and a message", [*saved, *TRY.of(trying)]),
            Way("From a budget to a reservation for each request", RUN.of(running)),
        ]

    def _commands(self, prompt: str) -> list[list[TracedCall]]:
        """Of each command its calls. The answers for one prompt are not those for another one."""
        self._file.write_text(f"What is the {prompt} of this?\n\n{{text}}\n", encoding="utf-8")
        tag = f"{prompt}@1"
        commands: list[tuple[object, ...]] = [
            ("save", prompt, "--project", PROJECT, "--file", self._file),
            ("try", tag, "--task", 5),
            ("run", tag, "--on", "all", "--budget", 5, "--no-push"),
            ("evaluate", tag, "--no-push"),
        ]
        return [self._trace.calls_of(partial(self._mine.command_here, *argv)) for argv in commands]

    def _prediction(self, tag: str) -> list[TracedCall]:
        """The calls of a request that is not the first: that one makes clients and opens connections."""
        self._mine.app.container.store.set_connection(PROJECT, in_use=tag)
        client = create_app(self._mine.app).test_client()
        predict(client, task("a good start", 51))
        return self._trace.calls_of(lambda: predict(client, task("a good end", 52)))


def traced(folder: Path, model: str) -> list[Way]:
    """All ways, of real parts on the model at this address."""
    with running_studio() as studio:
        return TracedScene(folder, model, studio).ways()


def main() -> None:
    with tempfile.TemporaryDirectory() as name, chdir(name), running_stand_in(Path(name) / "model.log") as model:
        ways = traced(Path(name), model.url)
    for way in ways:
        print(f"{way.title}: {len(way.files)} files, {len(way.folders)} folders, {len(way.climbs)} climbs")
        print("\n".join([*(f"  {name}" for name in way.names), *(f"  climb: {climb}" for climb in way.climbs)]))


if __name__ == "__main__":
    main()
