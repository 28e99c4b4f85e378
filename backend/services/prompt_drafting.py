"""Drafts a first prompt for a project, from the labelling config alone or rewritten by a teacher that sees some tasks.

Without ground truth nobody knows whether the rewrite is better: the output says so, and the first draft is kept if the
teacher's is unusable.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from backend.adapters.label_studio.client import LabelStudioClient
from backend.domain.labels.config import read_config
from backend.domain.labels.schema import LabelSchema
from backend.domain.optimize.proposals import Dropped, Proposal, changed
from backend.domain.optimize.teacher_request import MakeTeacherTemplate
from backend.domain.pictures.texts import reads_files
from backend.domain.prompts.default_prompt import drafted_version, first_draft
from backend.domain.prompts.definitions import hints, listed
from backend.domain.prompts.prompt_file import PromptFile
from backend.domain.prompts.version import Definitions, check_name
from backend.engine.request_executor import RequestExecutor
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.optimize.feedback import Teacher, polished
from backend.services.prompts.draft import Draft
from backend.services.prompts.versions import Prompts
from backend.services.run_control.heartbeat import Heartbeat
from backend.services.run_control.progress import Silent
from backend.services.runs.sync_session import SyncSession
from backend.services.runs.task_labeler import TaskLabeler


@dataclass(frozen=True, slots=True)
class DraftedPrompt:
    """`caveats`: what the user should know about it, one sentence each."""

    file: PromptFile
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PromptDrafter:
    """`make_executor` makes one that reaches the teacher of that name, about the tasks of that project."""

    studio: LabelStudioClient
    prompts: Prompts
    labeler: TaskLabeler
    template: MakeTeacherTemplate
    make_executor: Callable[[str, int], RequestExecutor]

    def draft(self, name: str, project: int | None, teacher: str | None) -> DraftedPrompt:
        """`project` is needed for a name that is new. Raises LabelConfigError or StudioError; with a teacher also
        ProviderError when it will answer nothing."""
        details = self.studio.project(Draft(check_name(name), project).project_of(self.prompts.versions_of(name)))
        schema = read_config(details.label_config)
        first = replace(first_draft(schema), project=details.id)
        if teacher is None:
            return DraftedPrompt(first)
        version = drafted_version(schema, details.id, teacher)
        if reads_files(schema, version.variables):
            return DraftedPrompt(first, ("The tasks show files, which no teacher is sent: this is the draft alone.",))
        proposal = self._ask(ResolvedVersion(version, details, schema), teacher)
        if isinstance(proposal, Dropped):
            return DraftedPrompt(
                first, (f"The teacher's prompt can't be used, {proposal.reason}: this is the draft alone.",)
            )
        better = changed(version, proposal.text, schema)
        file = replace(first, system=better.system, labels=listed(_with_room(better.definitions, schema)))
        checked = f"{teacher} wrote it from tasks alone, so it could not be checked: evaluate it on ground truths."
        return DraftedPrompt(file, (*([f"{proposal.repaired}."] if proposal.repaired else []), checked))

    def _ask(self, resolved: ResolvedVersion, teacher: str) -> Proposal | Dropped:
        labeler, heartbeat = self.labeler, Heartbeat(lambda *_: "in_progress")
        with SyncSession(
            labeler, lambda: self.make_executor(teacher, resolved.project.id), heartbeat, Silent()
        ) as session:
            asking = Teacher(session, self.template(teacher, of_system=True), resolved.schema)
            return polished(asking, resolved.version, labeler.builder(resolved), self.studio)


def _with_room(definitions: Definitions, schema: LabelSchema) -> Definitions:
    """All labels, in the order of the config, those without a definition for somebody to write one."""
    return {
        control: {label: definitions.get(control, {}).get(label, hint) for label, hint in labels.items()}
        for control, labels in hints(schema).items()
    }
