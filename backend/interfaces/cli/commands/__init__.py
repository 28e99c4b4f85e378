"""One file per group of commands; here, where each command is defined, in the sections of the help.

A command is imported when it is run: `list` does not wait for what `evaluate` needs. Only the help reads all of them.
"""

from importlib import import_module
from typing import cast

import click

from backend.early import importing

SECTIONS = {
    "Set up": {
        "init": "init.init",
        "doctor": "projects.doctor",
        "connect": "projects.connect",
        "disconnect": "projects.disconnect",
        "models": "models.models",
        "connections": "connections.connections",
        "connect-model": "connections.connect_model",
        "disconnect-model": "connections.disconnect_model",
        "test-connection": "connections.test_connection",
        "serve": "serve.serve",
        "open": "open_page.open_",
        "forget": "forget.forget",
        "prune": "prune.prune",
        "completion": "completion.completion",
    },
    "Write a prompt": {
        "draft": "draft.draft",
        "save": "save.save",
        "list": "prompts.list_versions",
        "show": "prompts.show",
        "diff": "prompts.diff",
        "enhance": "enhance.enhance",
        "rename": "prompts.rename",
        "delete": "prompts.delete",
        "dump": "prompts.dump",
        "load": "prompts.load",
        "relabel": "relabel.relabel",
    },
    "Run": {
        "estimate": "estimate.estimate",
        "try": "run.try_task",
        "run": "run.run",
        "runs": "runs.runs",
        "watch": "runs.watch",
        "cancel": "runs.cancel",
        "resume": "runs.resume",
        "retry": "runs.retry",
        "worker": "runs.worker",
        "work": "runs.work",
    },
    "Read the results": {
        "evaluate": "evaluate.evaluate",
        "compare": "evaluate.compare",
        "results": "run.results",
        "report": "report.report",
        "export": "report.export",
    },
    "Trust the numbers": {
        "draw": "draw.draw",
        "shares": "shares.shares",
        "people": "people.people",
        "audit": "audit.audit",
        "votes": "votes.votes",
        "cascade": "cascade.cascade",
        "calibrate": "calibrate.calibrate",
        "threshold": "calibrate.threshold",
        "canary": "canary.canary",
    },
    "Use the predictions": {
        "use": "projects.use",
        "keep-up": "keep_up.keep_up",
        "predictions": "predictions.predictions",
        "push": "predictions.push",
        "withdraw": "predictions.withdraw",
        "annotate": "predictions.annotate",
        "unannotate": "predictions.unannotate",
    },
}
"""What a user wants to do, as the documentation's chapters call it -> the commands for it, in the order of use, each
with its module in this folder and its name there."""
PLACES = {name: path for section in SECTIONS.values() for name, path in section.items()}


def command(name: str) -> click.Command:
    """Raises KeyError if there is no such command."""
    module, _, variable = PLACES[name].partition(".")
    with importing():
        loaded = getattr(import_module(f"{__name__}.{module}"), variable)
    return cast(click.Command, loaded)


def commands() -> dict[str, click.Command]:
    """All of them by name, in the order of the help."""
    return {name: command(name) for name in PLACES}
