"""Enhancing: a teacher rewrites a version's prompt, and what came of it beside the prompt as it was."""

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Self

from flask import current_app, redirect, request, url_for

from backend.domain.connections.connection import DEFAULT, TEACHER, read_reference
from backend.domain.metrics.comparison import BETTER, UNDECIDED
from backend.domain.optimize.proposals import changeable
from backend.domain.optimize.search import ROUNDS, SearchOptions
from backend.domain.whole_number import whole_number
from backend.errors import PromptsError
from backend.interfaces.presentation.number_format import points, points_interval, things
from backend.interfaces.web.pages.draft_form import MOST_WORDS
from backend.interfaces.web.pages.page_request import PageRequest
from backend.interfaces.web.pages.page_words import on_page
from backend.interfaces.web.pages.running import amount
from backend.services.optimize.session import OptimizationResult, OptimizerOptions
from backend.services.public_objects import PublicVersion
from backend.services.refinements import REFINEMENTS, Refinements

MOST_ROUNDS = 100
BUDGET = 1.0
"""USD that the form suggests."""


@dataclass(frozen=True, slots=True)
class SearchForm:
    """What the form asks for. `budget`: in USD, "" for none."""

    connection: str
    model: str
    rounds: int
    budget: str

    @classmethod
    def from_request(cls, of: PublicVersion, default: str) -> Self:
        """`default`: the connection that the form suggests."""
        number = whole_number(request.values.get("rounds", ""))
        rounds = ROUNDS if number is None else min(max(1, number), MOST_ROUNDS)
        model = " ".join(request.values.get("model", "").split())[:MOST_WORDS]
        budget = request.values.get("budget", f"{BUDGET:.2f}").strip()
        return cls(request.values.get("connection", default), model or of.version.model, rounds, budget)

    @property
    def teacher(self) -> str:
        return f"{self.connection}/{self.model}"

    @property
    def options(self) -> str:
        """The same as options of a command, behind the teacher."""
        return f"--rounds {self.rounds}" + (f" --budget {self.budget}" if self.budget else "")


def show_enhance(page: PageRequest, prompt: int, version: int) -> Any:
    return _page(page, page.version(prompt, version), None)


def start_enhance(page: PageRequest, prompt: int, version: int) -> Any:
    """Begins a search, or goes on with the one that is at work on this version.

    `anyway`: saves what comes of it even if it is not shown to be better.
    """
    of = page.version(prompt, version)
    form, tag = _form(page, of), of.version.tag
    options = SearchOptions(form.teacher, form.rounds)
    try:
        chosen = OptimizerOptions(options, _budget(page, of, form), bool(request.form.get("anyway")))
        _searches().start(tag, lambda progress: page.app.enhance_within_day(tag, chosen, progress))
    except PromptsError as error:
        return _page(page, of, on_page(error.notice)), 400
    return redirect(url_for("pages.enhance", prompt=prompt, version=version), 303)


def stop_enhance(page: PageRequest, prompt: int, version: int) -> Any:
    of = page.version(prompt, version)
    if (status := page.app.newest_search(of.version.tag)) is not None:
        page.app.cancel(status.run.id)
    return redirect(url_for("pages.enhance", prompt=prompt, version=version), 303)


def search_progress(page: PageRequest, prompt: int, version: int) -> Any:
    """The part of the page that changes."""
    return page.show("search.html", **_words(page, page.version(prompt, version)))


def _page(page: PageRequest, of: PublicVersion, trouble: str | None) -> str:
    form = _form(page, of)
    number = page.app.public_connections.number(form.connection)
    sdk = (
        f"client.prompts.versions.refine_prompt({of.prompt.id}, {of.number.id}, project_id={of.prompt.project}, "
        f"teacher_model_name={form.model!r}, teacher_model_provider_connection_id={number})"
    )
    words = {
        **_words(page, of),
        "form": form,
        "connections": page.connections,
        "most_rounds": MOST_ROUNDS,
        "sdk": sdk,
    }
    return page.show("enhance.html", **words, trouble=trouble)


def _words(page: PageRequest, of: PublicVersion) -> dict[str, Any]:
    job = _searches().get(of.version.tag, None)
    status = page.app.newest_search(of.version.tag)
    at_work = job is not None and job.is_open
    words: dict[str, Any] = {"of": of, "row": of.prompt, "job": job, "status": status, "at_work": at_work}
    words |= {"wait": page.followed.search_polls.next_ms()} if at_work else {}
    if job is None or job.result is None:
        return words
    result = job.result
    texts = side_by_side(changeable(result.base), result.text) if result.text is not None else None
    words |= {"result": result, "texts": texts, "saved": _saved(page, of, result), "again": _again(page, result)}
    return words | {"sentence": outcome_sentence(result), "look": look_sentence(result)}


def _again(page: PageRequest, result: OptimizationResult) -> dict[str, str]:
    """What the form sends for the same search once more."""
    connection, model = read_reference(result.search.teacher, page.connections, TEACHER)
    budget = "" if result.run.budget is None else f"{result.run.budget:g}"
    return {"connection": connection, "model": model, "rounds": str(result.search.rounds), "budget": budget}


def _saved(page: PageRequest, of: PublicVersion, result: OptimizationResult) -> PublicVersion | None:
    """The version that a search saved, unless it was deleted since."""
    tag = result.saved.tag if result.saved else None
    return next((item for item in page.call.objects.versions(of.prompt.id) if item.version.tag == tag), None)


def _form(page: PageRequest, of: PublicVersion) -> SearchForm:
    return SearchForm.from_request(of, TEACHER if TEACHER in page.connections else of.version.connection)


def _budget(page: PageRequest, of: PublicVersion, form: SearchForm) -> float | None:
    """None where it was left out and none can be kept, because a price is not known. Raises Problem 400."""
    connection, model = read_reference(form.teacher, page.connections, DEFAULT)
    models = [(connection, model), *((step.connection, step.model) for step in of.version.steps)]
    priced = all(page.is_priced(model, name) for name, model in models)
    return None if not form.budget and not priced else amount(form.budget)


def _searches() -> Refinements:
    refinements: Refinements = current_app.extensions[REFINEMENTS]
    return refinements


Lines = list[tuple[str, bool]]
"""Lines of a text, and whether the other text has no such line there."""


def side_by_side(before: str, after: str) -> tuple[Lines, Lines]:
    """The lines of two texts, each with whether it is the other's too."""
    old, new = before.splitlines(), after.splitlines()
    same_old, same_new = set[int](), set[int]()
    for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        same_old.update(range(block.a, block.a + block.size))
        same_new.update(range(block.b, block.b + block.size))
    return (
        [(line, index not in same_old) for index, line in enumerate(old)],
        [(line, index not in same_new) for index, line in enumerate(new)],
    )


def outcome_sentence(result: OptimizationResult) -> str:
    """What came of a search."""
    if result.text is None and result.halves is None:
        return f"Nothing was saved, because the rewrite was dropped: {result.tried[0].fate}."
    if result.text is None:
        return "Nothing was saved: no rewrite was better on the ground truths it learned from."
    if result.comparison is None:
        return "It could not be checked, because the project has no ground truths."
    pair, tasks = result.comparison.pairs[0], things(result.comparison.tasks, "ground truth")
    figures = f"{points(pair.difference)}, 95 % interval {points_interval(pair.difference_ci)}"
    if pair.verdict == BETTER:
        return f"The rewrite is better than {pair.first} on {tasks} that it never saw ({figures})."
    if pair.verdict == UNDECIDED:
        return f"Not decided: {tasks} that the rewrite never saw do not tell it and {pair.first} apart ({figures})."
    return f"The rewrite is {pair.verdict} than {pair.first} on {tasks} that it never saw ({figures})."


def look_sentence(result: OptimizationResult) -> str:
    """What the verdict rests on; "" where there is none."""
    if result.look is None:
        return ""
    return (
        f"This was look {result.look.number} at these ground truths, so only a one-sided p below "
        f"{result.look.level:.2g} is called better: after many looks, one rewrite seems better by chance."
    )
