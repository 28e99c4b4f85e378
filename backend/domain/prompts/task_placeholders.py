"""The part of a template where a task's texts are."""

from backend.domain.prompts.version import BRACED


def task_placeholders(variables: tuple[str, ...], phrases: tuple[str, ...] = ()) -> str:
    """The placeholders of all text variables: the text alone if there is one, named lines if there are more.

    Words that the config puts around a variable are kept.
    """
    inside = {name: phrase for phrase in reversed(phrases) for name in BRACED.findall(phrase)}
    if len(variables) == 1:
        return inside.get(variables[0], f"{{{variables[0]}}}")
    return "\n".join(dict.fromkeys(inside.get(name, f"{name}: {{{name}}}") for name in variables))
