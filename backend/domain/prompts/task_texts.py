"""The texts of a task for a prompt's variables, and why a task has none to ask about."""

import re
from collections.abc import Sequence

from backend.domain.data_paths import MISSING, look_up
from backend.domain.outcome import Failure
from backend.domain.task import Task
from backend.domain.task_values import as_text

NEEDED = "the prompt needs text or a number."
NEEDS_PICTURE = "the prompt needs a picture."


def text_of_field(task: Task, name: str) -> str | Failure:
    """The text of a variable; "" if the task does not have it, as on the screen."""
    value = task.value(name)
    try:
        text = as_text(value)
    except RecursionError:
        return Failure("bad_task", f"Its field '{name}' is nested too deeply.")
    if text is not None:
        return text
    part = next((f", like {{{name}.{key}}}" for key in value if re.fullmatch(r"[^\W\d][\w-]{0,40}", key)), "")
    return Failure("bad_task", f"Its field '{name}' is an object; {NEEDED} Name a part of it{part}.")


def nothing_to_ask(task: Task, names: Sequence[str]) -> str:
    """Why there is nothing in these variables."""
    listed = "', '".join(names)
    needed = NEEDS_PICTURE if task.pictures else NEEDED
    if len(names) != 1:
        return f"Its fields '{listed}' are all empty; {needed}"
    value = look_up(task.data, listed)
    state = "is missing" if value is MISSING else "is null" if value is None else "is empty"
    return f"Its field '{listed}' {state}; {needed}"
