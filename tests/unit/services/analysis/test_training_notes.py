"""The notes beside files for fine-tuning."""

from backend.domain.dataset.split import Split
from backend.services.analysis.training_notes import NO_LICENCE, training_notes
from tests.scripted import version

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
