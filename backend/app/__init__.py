"""The operations of the application: one method for each, in groups. Commands, the API and the page call them.

Everything the commands do is here, for scripts:

    from backend.app import App
    print(App().evaluate("sentiment@1").score.accuracy)

`App` is imported when somebody first asks for it: a command that only reads the database does without it.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backend.app.app import App

__all__ = ["App"]


def __getattr__(name: str) -> Any:
    if name != "App":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from backend.app.app import App

    return App
