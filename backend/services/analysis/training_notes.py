"""The notes that stand beside files for fine-tuning: where they come from, how many lines, and what comes next."""

from collections.abc import Mapping
from shlex import quote

from backend.domain.dataset.split import Split
from backend.domain.prompts.version import PromptVersion

NO_LICENCE = (
    "Nobody said (`export --licence`). The texts and their labels are under the terms under which you have them: check "
    "that these allow training before you use or share the files."
)


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
    test = list(counts.values())[-1][1]
    file = quote(f"{version.name}.taught.md")
    tag, name, new = quote(version.tag), quote(version.name), quote(f"{version.name}@N")
    return f"""# Ground truths of {version.tag} for fine-tuning

Chat JSON lines: the messages that {version.tag} (project {version.project}) sends about a task, and as the assistant's
message the ground truth in the form of its answer.

{_listed(lines)}

Left out:

{_listed(missing or ["- nothing"])}

## Licence

{licence or NO_LICENCE}

## What comes next

1. Train on `train.jsonl`, and serve the model behind an OpenAI-compatible address.
2. Save the same prompt with it: `ls-prompts show {tag} --plain > {file}`, then
   `ls-prompts save {name} --file {file} --model NAME`.
3. Judge both on what it never saw: `ls-prompts evaluate {new} --split {test}`, then
   `ls-prompts compare {tag} {new} --split {test}`.
"""


def _listed(lines: list[str]) -> str:
    return "\n".join(lines)
