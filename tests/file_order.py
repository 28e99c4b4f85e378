"""The order of the test files: those that take longest come first, so that none of them is still running alone at the
end, when the other processes have nothing left to do."""

from collections.abc import Sequence
from pathlib import Path

LONGEST = (
    "test_real_model.py",
    "test_earlier_record.py",
    "test_wheel.py",
    "test_sets.py",
    "test_main_job.py",
    "test_evaluation.py",
    "test_demo.py",
    "test_thousand_tasks.py",
    "test_background.py",
    "test_workers.py",
    "test_restart.py",
    "test_trust.py",
    "test_enhance.py",
    "test_report.py",
)
"""Those of a minute and more, as `make test` lists its slowest tests at the end."""


def rank(path: Path, longest: Sequence[str] = LONGEST) -> int:
    """The place of a file in that order; the same for all that are short."""
    return longest.index(path.name) if path.name in longest else len(longest)
