"""Options that belong together, handed to a command as one argument."""

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any

Command = Callable[..., None]


def option_group(
    name: str, make: Callable[..., Any], options: Sequence[Callable[[Command], Command]]
) -> Callable[[Command], Command]:
    """A decorator: gives a command `options`, and to it as `name` what `make` makes of their values.

    options: those of click, or other groups
    """
    names = tuple(inspect.signature(make).parameters)

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def bundled(**values: Any) -> None:
            group = {key: values.pop(key) for key in names}
            command(**{name: make(**group)}, **values)

        grouped: Command = bundled
        for option in reversed(options):
            grouped = option(grouped)
        return grouped

    return decorate
