"""Refining a version: a teacher rewrites its prompt from its mistakes, and ground truths it never saw judge that."""

from typing import Any

from backend.domain.optimize.search import SearchOptions
from backend.interfaces.web.api import shapes
from backend.interfaces.web.api.bodies import RefineBody, RefineQuery, body, query
from backend.interfaces.web.api.call import ApiCall
from backend.interfaces.web.problem import Problem
from backend.services.optimize.session import OptimizationResult, OptimizerOptions
from backend.services.public_objects import PublicVersion
from backend.services.refinements import Refinement, Refinements


class RefinementRoutes:
    """`refinements`: those of this server, whoever asked for them."""

    def __init__(self, refinements: Refinements) -> None:
        self._refinements = refinements

    def start_refinement(self, call: ApiCall, prompt: int, version: int) -> Any:
        """Answers at once, also to who did not ask for that: a search takes minutes."""
        sent, of = body(RefineBody), call.objects.version(prompt, version)
        if sent.project_id != of.prompt.project:
            raise Problem(400, f"{of.version.tag} is for project {of.prompt.project}: send that as project_id.")
        number, name = sent.teacher_model_provider_connection_id, sent.teacher_model_name
        teacher = call.app.public_connections.reference(number, name)
        options = OptimizerOptions(SearchOptions(teacher), sent.budget_usd)
        job = self._refinements.start(
            of.version.tag, lambda progress: call.app.enhance_within_day(of.version.tag, options, progress)
        )
        return _shape(call, of, job)

    def get_refinement(self, call: ApiCall, prompt: int, version: int) -> Any:
        of = call.objects.version(prompt, version)
        job = self._refinements.get(of.version.tag, query(RefineQuery).refinement_job_id)
        if job is None:
            raise Problem(
                404, f"No refinement of {of.version.tag} is known here: start it again, what was answered is kept."
            )
        return _shape(call, of, job)


def _shape(call: ApiCall, of: PublicVersion, job: Refinement) -> dict[str, Any]:
    """A RefinedPromptResponse."""
    status = "InProgress" if job.is_open else "Completed" if job.result else "Failed"
    result = job.result
    return {
        "title": result.saved.tag if result and result.saved else None,
        "prompt": (result.text if result else None) or "",
        "reasoning": _reasoning(result) if result else job.failure,
        "refinement_job_id": job.id,
        "refinement_status": status,
        "total_cost": _cost(result) if result else None,
        "previous_version": shapes.version(of, call.person, call.connection(of), None),
    }


def _reasoning(result: OptimizationResult) -> str:
    """Why the teacher wrote it so, and what the ground truths say that it never saw."""
    if result.text is None:
        return "No rewrite was better on the ground truths to learn from."
    if result.verdict is None:
        return f"{result.reasons}\nThere were no ground truths to judge it by."
    return f"{result.reasons}\nOn ground truths it never saw: {result.verdict}."


def _cost(result: OptimizationResult) -> str | None:
    model, teacher = result.cost.model, result.cost.teacher
    return None if model is None or teacher is None else f"{model + teacher:.6f}"
