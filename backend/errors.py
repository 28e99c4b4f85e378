"""All errors that people may see: one sentence that says what happened and what to do next.

A problem with a single task is not an error but data (`domain.outcome.Rejection`, `Failure`).

    PromptsError
    ├── SettingsError          an environment variable is missing or wrong
    │   └── UsedUpError        what may be spent in a day, or a month, is spent
    ├── LabelConfigError       a labelling config that prompts cannot fill
    │   └── ConfigChangedError the config changed since a version was saved
    ├── PromptError            a prompt's name, version, template, file or parameters
    ├── SubsetError            an invalid choice of tasks
    │   └── NoTruthsError      there is no ground truth, or none that counts
    ├── RunError               a run that does not exist, or that another process owns
    ├── QueueError             Redis does not answer
    ├── ServerError            our own server does not answer, or another one does
    ├── NotThereError          an object of the API that does not exist, or that the caller may not see
    ├── StudioError            Label Studio refused, does not answer, or lost something
    ├── ProviderError          the model's provider will not answer any task: key, model, quota, address
    │   ├── ProviderAwayError  it cannot be reached for now
    │   └── ProviderRefusedError it does not list its models: the key may be wrong
    ├── OutputError            a file that cannot be written, or a format whose library is missing
    └── StoreError             the database (SQLite, PostgreSQL) cannot be used
        └── StoreAwayError     for now: it is locked, full or away
"""

import traceback

from backend.advice import Advice, Notice


class PromptsError(Exception):
    """Base class; its text is shown to people, with the words of the interface for what they may do next.

    sentence: what happened; with an advice it ends before that, with a colon, a semicolon or a comma
    details: what an interface needs to say how the advice is followed, see Notice
    """

    def __init__(self, sentence: object = "", advice: Advice | None = None, **details: object) -> None:
        self.notice = Notice(str(sentence), advice, details)
        super().__init__(sentence if advice is None else str(self.notice))


class SettingsError(PromptsError):
    pass


class UsedUpError(SettingsError):
    pass


class LabelConfigError(PromptsError):
    pass


class ConfigChangedError(LabelConfigError):
    pass


class PromptError(PromptsError):
    pass


class SubsetError(PromptsError):
    pass


class NoTruthsError(SubsetError):
    pass


class RunError(PromptsError):
    pass


class QueueError(PromptsError):
    pass


class ServerError(PromptsError):
    pass


class NotThereError(PromptsError):
    pass


class StudioError(PromptsError):
    pass


class ProviderError(PromptsError):
    pass


class ProviderAwayError(ProviderError):
    pass


class ProviderRefusedError(ProviderError):
    pass


class OutputError(PromptsError):
    pass


class StoreError(PromptsError):
    pass


class StoreAwayError(StoreError):
    pass


def where(error: Exception) -> str:
    """The error's type and line, without its text, which may contain a task's text."""
    places = traceback.extract_tb(error.__traceback__)
    if not places:
        return type(error).__name__
    return f"{type(error).__name__} in {places[-1].name} ({places[-1].filename}, line {places[-1].lineno})"
