"""Turning keep-up on and off for a project, with Label Studio's webhook for it."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import isfinite

from backend.adapters.database.projects.keep_ups import KeepUpStore
from backend.adapters.database.prompts import now
from backend.adapters.label_studio.client import LabelStudioClient
from backend.advice import Advice
from backend.domain.keep_up import DAILY_USD, KeepUp, without_version
from backend.errors import SettingsError, StudioError
from backend.services.predictions.target_project import Notify

ACTION = "TASKS_CREATED"
HEADER = "X-Open-Prompts-Secret"
PATH = "/webhook/keep-up/{project}"


@dataclass(frozen=True, slots=True)
class KeepUpSwitch:
    """in_use: project -> tag of the version that annotators get
    check: raises what a run of a version within a budget would raise
    """

    keep_ups: KeepUpStore
    studio: LabelStudioClient
    in_use: Callable[[int], str | None]
    check: Callable[[str, float], None]

    def on(self, project: int, budget: float | None, url: str | None, notify: Notify) -> KeepUp:
        """For tasks that are imported from now on; turned on already, only the budget changes.

        budget: USD a day; None for the one it had, or DAILY_USD if it was never on
        url: where Label Studio reaches the server; None if that is not known

        Raises SettingsError without a version in use, or for a budget that cannot be kept.
        """
        before = self.keep_ups.of(project)
        if budget is None:
            budget = before.budget if before else DAILY_USD
        if not (isfinite(budget) and budget > 0):
            raise SettingsError("A budget must be a number of USD a day above 0, like 2.")
        self.studio.project(project)
        tag = self.in_use(project)
        if tag is None:
            raise no_version(project)
        self.check(tag, budget)
        person = self.studio.person
        going = before is not None and before.on
        since = before.since if before and going else max(self.studio.task_ids(project), default=0)
        made = KeepUp(project, True, budget, since, tag, "", now("microseconds"), person.id, person.email)
        secret = secrets.token_hex(32)
        self.keep_ups.save(replace(made, tag=before.tag) if before and going else made, secret)
        self._call(project, url, secret, notify)
        return made

    def _call(self, project: int, url: str | None, secret: str, notify: Notify) -> None:
        """Has Label Studio tell the server of new tasks. It works without that, some minutes later."""
        if url is None:
            notify(
                "The server's address is not known, so it is not told of new tasks and looks for them every few "
                f"minutes: `ls-prompts keep-up {project} --on --backend-url URL` gives it."
            )
            return
        address = url.rstrip("/") + PATH.format(project=project)
        try:
            self.studio.set_webhook(project, address, ACTION, {HEADER: secret})
        except StudioError as error:
            notify(f"Label Studio refused the webhook ({error}): the server looks for new tasks every few minutes.")

    def off(self, project: int) -> bool:
        """Runs that are under way end as they would. False if it was off."""
        before = self.keep_ups.of(project)
        if before is None or not before.on:
            return False
        person = self.studio.person
        self.keep_ups.save(
            replace(
                before, on=False, trouble="", changed=now("microseconds"), user_id=person.id, user_email=person.email
            ),
            secrets.token_hex(32),
        )
        self.studio.remove_webhook(project, PATH.format(project=project))
        return True


def no_version(project: int) -> SettingsError:
    return SettingsError(without_version(project), Advice.USE_ONE)
