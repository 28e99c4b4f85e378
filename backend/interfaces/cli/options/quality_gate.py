"""The options that make `evaluate` a gate for CI pipelines, and the checks that they ask for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from backend.domain.metrics.evaluation import Evaluation
from backend.domain.metrics.junit import junit
from backend.domain.metrics.quality_gate import GateCheck, accuracy_check, versus_check
from backend.errors import SettingsError
from backend.interfaces.cli.options.option_group import option_group
from backend.interfaces.cli.options.prompt_names import complete_versions
from backend.interfaces.cli.options.share import Share
from backend.interfaces.cli.render.console import notify

if TYPE_CHECKING:
    from backend.services.analysis.compare import ComparisonResult
    from backend.services.runs.options import RunResult

BELOW = 3
"""The exit code of an evaluation below the bar."""


@dataclass(frozen=True, slots=True)
class QualityGateOptions:
    """least: the accuracy it takes
    vs: a version it must not be worse than
    report: where JUnit's XML goes
    """

    least: float | None
    vs: str | None
    strict: bool
    report: Path | None

    def checks(self, evaluation: Evaluation, compared: "ComparisonResult | None") -> Iterator[GateCheck]:
        if self.least is not None:
            yield accuracy_check(evaluation, self.least, self.strict)
        if compared is not None:
            yield versus_check(compared.comparison.pairs[0], compared.comparison.tasks, self.strict)

    def write(self, finished: "RunResult", evaluation: Evaluation, checks: Sequence[GateCheck]) -> None:
        """The file for CI servers, if there is to be one; without a bar its one test says that the version was
        evaluated. Raises SettingsError when it can't be written."""
        if self.report is None:
            return
        summary, score = finished.summary, evaluation.score
        properties = (
            ("run", finished.run.id),
            ("subset", str(finished.run.scope)),
            ("tasks", summary.tasks),
            ("outputs", score.outputs),
            ("accuracy", score.accuracy),
            ("accuracy_ci", evaluation.intervals.accuracy),
            ("coverage", summary.coverage),
            ("f1_macro", score.f1_macro),
            ("cost_usd", summary.cost_usd),
        )
        texts = [(name, "n/a" if value is None else value) for name, value in properties]
        try:
            self.report.write_bytes(junit(finished.run.tag, checks or [GateCheck("evaluated", True, "")], texts))
        except OSError as error:
            raise SettingsError(
                f"{self.report} can't be written ({type(error).__name__}): give --junit a file that you can write."
            ) from None


def _gate(fail_under: float | None, vs: str | None, strict: bool, report: Path | None) -> QualityGateOptions:
    if strict and fail_under is None and vs is None:
        raise click.UsageError("--strict needs --fail-under or --vs: add one of them.")
    return QualityGateOptions(fail_under, vs, strict, report)


gate_options = option_group(
    "gate",
    _gate,
    (
        click.option(
            "--vs",
            metavar="VERSION",
            shell_complete=complete_versions,
            help="Compare with this version; exit with 3 if the evaluated version is worse.",
        ),
        click.option(
            "--fail-under",
            type=Share(),
            metavar="X",
            help="Exit with 3 if the accuracy is below X.",
        ),
        click.option(
            "--strict",
            is_flag=True,
            help="Require more: the lower end of the interval must reach X, and with --vs the version must be better.",
        ),
        click.option(
            "--junit",
            "report",
            type=click.Path(dir_okay=False, path_type=Path),
            metavar="FILE",
            help="Write the checks as JUnit XML, for CI servers.",
        ),
    ),
)
"""Hands over `gate`."""


def end_by(checks: Sequence[GateCheck]) -> None:
    """Ends the command with 3 when one failed, and says which."""
    failed = [check for check in checks if not check.passed]
    for check in failed:
        notify(f'Check failed, "{check.name}": {check.detail}.')
    if failed:
        raise click.exceptions.Exit(BELOW)
