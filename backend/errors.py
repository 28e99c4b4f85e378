"""Every error a person may meet: one sentence that says what happened and what to do next.

Trouble with a single task is not here: that is data (`domain.outcome.Rejection`, `Failure`).

    PromptsError
    ├── SettingsError          an environment variable is missing or wrong
    ├── LabelConfigError       a labelling config that cannot be labelled by a prompt
    │   └── ConfigChangedError the config is no longer the one a version was saved with
    ├── PromptError            a prompt's name, version, template, file or parameters
    ├── SubsetError            which tasks to take: a word or list that means nothing
    │   └── NoTruthsError      there is no ground truth, or none that counts
    ├── RunError               a run that is not there, or is in somebody else's hands
    ├── QueueError             Redis is not there
    ├── ServerError            our own server is not there, or something else is
    ├── NotThereError          an object of the API that does not exist, or that the caller may not see
    ├── StudioError            Label Studio refused, is not there, or lost something
    ├── ProviderError          the model's provider will not answer any task: key, model, quota, address
    │   ├── ProviderAwayError  it can't be reached for now: later it may go on
    │   └── ProviderRefusedError it answers, but does not say which models it has: its key may be wrong
    ├── OutputError            a file that can't be written, or a format whose library is not there
    └── StoreError             the record (SQLite, PostgreSQL) cannot be used
        └── StoreAwayError     for now: it is locked, full or away
"""

import traceback


class PromptsError(Exception):
    """Base of all; its text is shown to people as it is."""


class SettingsError(PromptsError):
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
    """What went wrong in which line; without its text, which may hold a task's."""
    places = traceback.extract_tb(error.__traceback__)
    if not places:
        return type(error).__name__
    return f"{type(error).__name__} in {places[-1].name} ({places[-1].filename}, line {places[-1].lineno})"
