"""Acting on a version: chooses what annotators get, makes annotations from predictions, and deletes both again."""

import math
from dataclasses import dataclass, replace
from typing import Any

from flask import redirect, request, url_for

from backend.domain.calibration.threshold import AccuracyFrom
from backend.domain.keep_up import DAILY_USD
from backend.errors import PromptsError
from backend.interfaces.presentation.number_format import percent, things, usd
from backend.interfaces.web.pages.page_request import PageRequest
from backend.interfaces.web.pages.page_words import on_page
from backend.interfaces.web.pages.running import amount
from backend.interfaces.web.pages.studio_pages import studio_page
from backend.interfaces.web.problem import Problem
from backend.services.auto_accept import ChosenTasks
from backend.services.public_objects import PublicVersion

LEAST = 0.9
"""The confidence at which the slider begins."""
ACCURACY = 95.0
"""The percentage of right answers that the form suggests to guarantee."""
NO_CONFIDENCE = "A confidence is a number from 0 to 1: write it like 0.87."
NOT_CHOSEN = "Nothing was annotated, because no confidence was chosen: send `least`, a number from 0 to 1."
NO_ACCURACY = "What can be guaranteed is a percentage of right answers above 0 and below 100: write it like 95."


@dataclass(frozen=True, slots=True)
class ConfidentTasks:
    """What annotating from `least` up would do.

    accurate: what the ground truths say of it
    trouble: why it cannot be told
    guaranteed: the accuracy in percent that `least` was chosen to guarantee, None where a person chose it
    """

    least: float
    chosen: ChosenTasks | None = None
    accurate: AccuracyFrom | None = None
    trouble: str | None = None
    guaranteed: float | None = None

    @property
    def share(self) -> float | None:
        """The share of the version's usable answers that is at least so confident."""
        if self.chosen is None:
            return None
        confident = len(self.chosen.tasks) + self.chosen.annotated + self.chosen.unlike
        return confident / (confident + self.chosen.unsure) if confident + self.chosen.unsure else None


def show_actions(page: PageRequest, prompt: int, version: int) -> Any:
    return _page(page, page.version(prompt, version), None)


def show_confident_tasks(page: PageRequest, prompt: int, version: int) -> Any:
    """The part of the page that follows the slider."""
    of = page.version(prompt, version)
    return page.show("confident_tasks.html", of=of, row=of.prompt, confident=_confident(page, of.version.tag))


def use_version(page: PageRequest, prompt: int, version: int) -> Any:
    def use(of: PublicVersion) -> str:
        page.app.use(of.version.tag, page.notify)
        return f"Annotators get {of.version.tag} from now on."

    return _done(page, page.version(prompt, version), use)


def annotate(page: PageRequest, prompt: int, version: int) -> Any:
    """Makes annotations of the predictions from a confidence up, in this person's name."""

    def accept(of: PublicVersion) -> str:
        chosen = page.app.confident_tasks(of.version.tag, _chosen_least(), notify=page.notify)
        created = page.app.annotate(of.version.tag, chosen.tasks, page.notify) if chosen.tasks else 0
        return f"{things(created, 'annotation')} created from predictions of {of.version.tag}."

    return _done(page, page.version(prompt, version), accept)


def unannotate(page: PageRequest, prompt: int, version: int) -> Any:
    def take_back(of: PublicVersion) -> str:
        done = page.app.unannotate(of.version.tag, page.notify)
        kept = f"; {done.kept:,} stay, because a person changed them" if done.kept else ""
        return f"{things(done.deleted, 'annotation')} deleted{kept}."

    return _done(page, page.version(prompt, version), take_back)


def withdraw(page: PageRequest, prompt: int, version: int) -> Any:
    def delete(of: PublicVersion) -> str:
        deleted = page.app.withdraw(of.version.tag, page.notify)
        return f"{things(deleted, 'prediction')} of {of.version.tag} deleted. Its stored answers are kept."

    return _done(page, page.version(prompt, version), delete)


def switch_keep_up(page: PageRequest, prompt: int, version: int) -> Any:
    """Has tasks of the project predicted as they are imported, by the version in use, or ends that."""

    def switch(of: PublicVersion) -> str:
        project = of.prompt.project
        if request.form.get("off"):
            page.app.stop_keep_up(project)
            return "New tasks are not predicted any more."
        budget = amount(request.form.get("budget", ""))
        page.app.start_keep_up(project, budget, notify=page.notify)
        return f"New tasks are predicted as they come, for at most {usd(budget)} a day (UTC)."

    return _done(page, page.version(prompt, version), switch)


def _done(page: PageRequest, of: PublicVersion, act: Any) -> Any:
    try:
        page.notify(act(of))
    except PromptsError as error:
        return _page(page, of, on_page(error.notice)), 400
    return redirect(url_for("pages.actions", prompt=of.prompt.id, version=of.number.id), 303)


def _page(page: PageRequest, of: PublicVersion, trouble: str | None) -> str:
    tag, project = of.version.tag, page.project(of)
    words = {"of": of, "row": of.prompt, "project": project, "in_use": page.app.in_use(project.id)}
    words |= {"forecast": page.app.push_forecast(tag), "actions": page.app.actions(tag)}
    words |= {"keep_up": page.app.keep_up(project.id), "day": DAILY_USD, "suggested": ACCURACY}
    data = studio_page(page, f"projects/{project.id}/data")
    return page.show("act.html", **words, confident=_confident(page, of.version.tag), data=data, trouble=trouble)


def _confident(page: PageRequest, tag: str) -> ConfidentTasks:
    """Those that the address asks for. Raises Problem 400 for what is not a confidence, or not an accuracy."""
    text = request.values.get("accuracy")
    if text is None:
        return _confident_from(page, tag, _least())
    accuracy = _number(text, 0, 100, NO_ACCURACY)
    try:
        lowest = page.app.confidence_threshold(tag, accuracy / 100).lowest
    except PromptsError as error:
        return ConfidentTasks(LEAST, trouble=on_page(error.notice), guaranteed=accuracy)
    if lowest.threshold is None:
        reason = f"No confidence guarantees that {percent(accuracy / 100)} are right. {lowest.reason}"
        return ConfidentTasks(LEAST, trouble=reason, guaranteed=accuracy)
    return replace(_confident_from(page, tag, lowest.threshold), guaranteed=accuracy)


def _least() -> float:
    """The lowest confidence that a form or an address asks for. Raises Problem 400."""
    return _number(request.values.get("least", str(LEAST)), 0, 1, NO_CONFIDENCE)


def _chosen_least() -> float:
    """The lowest confidence that a form sent: annotations are made from no other. Raises Problem 400."""
    if "least" not in request.form:
        raise Problem(400, NOT_CHOSEN)
    return _number(request.form["least"], 0, 1, NO_CONFIDENCE)


def _confident_from(page: PageRequest, tag: str, least: float) -> ConfidentTasks:
    try:
        return ConfidentTasks(least, page.app.confident_tasks(tag, least), page.app.accuracy_from(tag, least))
    except PromptsError as error:
        return ConfidentTasks(least, trouble=on_page(error.notice))


def _number(text: str, least: float, most: float, trouble: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not least <= number <= most:
        raise Problem(400, trouble)
    return number
