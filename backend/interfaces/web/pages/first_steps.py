"""First steps: what a prompt needs before it can be run and scored, and what to do if something is missing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from backend.domain.connections.connection import DEFAULT
from backend.domain.project import Project
from backend.domain.prompts.prompt_row import PromptRow
from backend.errors import PromptsError
from backend.interfaces.presentation.number_format import count, things
from backend.interfaces.web.api.prompts import is_compatible
from backend.interfaces.web.pages.page_request import PageRequest
from backend.interfaces.web.pages.page_words import on_page
from backend.interfaces.web.pages.studio_pages import studio_page

MOST_LISTED = 50
"""Of each kind."""
TOKENLESS = (
    "The server has no token of Label Studio, so no run can read tasks or push predictions: set LABEL_STUDIO_API_KEY "
    "for it and start it again."
)
KEYLESS = (
    "The server has no key for a model, so nothing can be asked: set OPENAI_API_KEY for it (any text for a model "
    "without a key) and start it again, or add a connection with its own key."
)
NO_CONTROL = (
    "has no control that a prompt can fill: add one to its labelling config, such as Choices, Labels, Rating or "
    "TextArea."
)
NO_PROJECT = "Label Studio shows you no project: create one there and import tasks."


@dataclass(frozen=True, slots=True)
class FirstStep:
    """sentence: what was found, or what is missing and what to do
    link, leads: where that is done and how the link is called, "" where it is not done on a page
    code: the command that does it
    needed: False for what others make up for
    """

    name: str
    done: bool
    sentence: str
    link: str = ""
    leads: str = ""
    code: str = ""
    needed: bool = True

    @property
    def missing(self) -> bool:
        return self.needed and not self.done


def show_setup(page: PageRequest) -> Any:
    """All steps, each looked at anew: Label Studio and the models' servers are asked, which costs nothing."""
    connections = page.connections[:MOST_LISTED]
    steps = [
        _checked("Token of the server", page.app.describe_own_token, code="ls-prompts doctor"),
        *(_checked(f"Model: {name}", partial(page.app.check_connection, name)) for name in connections),
        *projects_steps(page),
        *truths_steps(page, page.call.objects.prompts()),
    ]
    return page.show("setup.html", steps=steps, open=sum(step.missing for step in steps))


def missing_steps(page: PageRequest, rows: Iterable[PromptRow]) -> list[FirstStep]:
    """What is known to be missing before a model's server is asked. `rows`: prompts whose projects need ground
    truths."""
    settings, prompts = page.app.settings, list(rows)
    steps = []
    if settings.label_studio_api_key is None:
        steps.append(FirstStep("Token of the server", False, TOKENLESS))
    if settings.openai_api_key is None and set(page.connections) <= {DEFAULT}:
        steps.append(FirstStep("Key of a model", False, KEYLESS, code="ls-prompts connect-model NAME --base-url URL"))
    if not page.call.objects.prompts():
        steps += [step for step in projects_steps(page) if step.missing]
    return [*steps, *(step for step in truths_steps(page, prompts) if step.missing)]


def projects_steps(page: PageRequest) -> list[FirstStep]:
    """Whether there is a project that a prompt can label, and why not of the others."""
    rows = page.app.studio_projects()
    if not rows:
        return [FirstStep("Projects", False, NO_PROJECT, studio_page(page, "projects"), "Open Label Studio")]
    unfit = [row for row in rows if not is_compatible(row)]
    fit = len(rows) - len(unfit)
    sentence = f"{count(fit)} of {things(len(rows), 'project')} can be labelled by a prompt."
    return [FirstStep("Projects", fit > 0, sentence), *(_unfit(page, row, not fit) for row in unfit[:MOST_LISTED])]


def truths_steps(page: PageRequest, rows: Iterable[PromptRow]) -> list[FirstStep]:
    """The ground truths of the projects of these prompts."""
    projects = dict.fromkeys(row.project for row in rows)
    return [_truths(page, page.call.objects.project(project)) for project in list(projects)[:MOST_LISTED]]


def _truths(page: PageRequest, project: Project) -> FirstStep:
    number = page.app.ground_truths(project.id)
    name, where = f"Ground truths of {project.title}", studio_page(page, f"projects/{project.id}/data")
    if number:
        return FirstStep(name, True, f"{things(number, 'annotation')} marked as ground truth.")
    sentence = (
        "None yet, so no score can be told: annotate some tasks in Label Studio and mark them with the star, or label "
        "20 at random from the results of a version."
    )
    return FirstStep(name, False, sentence, where, "Open the tasks", f"ls-prompts draw {project.id} --size 20")


def _unfit(page: PageRequest, row: dict[str, Any], needed: bool) -> FirstStep:
    where = studio_page(page, f"projects/{row['id']}/settings/labeling")
    sentence = f"Project {row['id']} {NO_CONTROL}"
    return FirstStep(f"Project {row.get('title')}", False, sentence, where, "Open its labelling config", needed=needed)


def _checked(name: str, check: Callable[[], str], code: str = "") -> FirstStep:
    try:
        return FirstStep(name, True, check())
    except PromptsError as error:
        return FirstStep(name, False, on_page(error.notice), code=code)
