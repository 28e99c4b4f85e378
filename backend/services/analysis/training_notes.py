"""The notes that stand beside files for fine-tuning: where they come from, how many lines, and what comes next."""

from collections.abc import Mapping
from shlex import quote

from backend.domain.dataset.split import Split
from backend.domain.prompts.version import PromptVersion

NO_LICENCE = (
    "Nobody said (`export --licence`). The texts and their labels are under the terms under which you have them: check "
    "that these allow training before you use or share the files."
)
NOTES = """# Ground truths of {version} for fine-tuning

Chat JSON lines: the messages that {version} (project {project}) sends about a task, and as the assistant's
message the ground truth in the form of its answer.

{lines}

Left out:

{missing}

## Licence

{licence}

## What comes next

1. Train on `train.jsonl`, and serve the model behind an OpenAI-compatible address.
2. Save the same prompt with it: `ls-prompts show {tag} --plain > {file}`, then
   `ls-prompts save {name} --file {file} --model NAME`.
3. Judge both on what it never saw: `ls-prompts evaluate {new} --split {test}`, then
   `ls-prompts compare {tag} {new} --split {test}`.
"""


def training_notes(
    version: PromptVersion, counts: Mapping[str, tuple[int, Split]], left_out: Mapping[str, int], licence: str
) -> str:
    """Markdown.

    counts: file -> number of its lines, and the part of the ground truths that it holds; the test comes last
    left_out: why tasks are left out -> how many
    """
    lines = [
        f"- `{name}`: {number:,} lines, the ground truths in `{split}`" for name, (number, split) in counts.items()
    ]
    missing = [f"- {number:,} tasks {reason}" for reason, number in left_out.items() if number]
    return NOTES.format(
        version=version.tag,
        project=version.project,
        lines="\n".join(lines),
        missing="\n".join(missing or ["- nothing"]),
        licence=licence or NO_LICENCE,
        tag=quote(version.tag),
        name=quote(version.name),
        new=quote(f"{version.name}@N"),
        file=quote(f"{version.name}.taught.md"),
        test=list(counts.values())[-1][1],
    )
