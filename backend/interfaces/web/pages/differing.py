"""What differs between the texts of two versions, line by line."""

from difflib import unified_diff

from backend.domain.prompts.prompt_file import write_prompt_file
from backend.domain.prompts.version import PromptVersion

AROUND = 3
"""Lines that are shown around a change."""


def changed_lines(before: PromptVersion, after: PromptVersion) -> list[str]:
    """Of their prompt files, each behind `+`, `-` or a space, with a line `@@` above each place; none where nothing
    differs."""
    first, second = (write_prompt_file(version).splitlines() for version in (before, after))
    return list(unified_diff(first, second, lineterm="", n=AROUND))[2:]
