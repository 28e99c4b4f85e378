"""Draft: a first prompt for a project. From the labelling config alone, or polished by a teacher that sees some tasks.

Without ground truth nobody knows whether a polished one is better: that has to be said, and the offline draft is kept
when the teacher's is of no use.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from backend.core.default_prompt import default_version, first_prompt
from backend.core.definitions import hints, listed
from backend.core.labels.config import read_config
from backend.core.labels.schema import LabelSchema
from backend.core.promptfile import PromptFile
from backend.core.prompts import Definitions
from backend.core.proposals import Dropped, Proposal, changed
from backend.core.teacher import teacher_frame
from backend.flows.asker import Asker
from backend.flows.dialogue import Dialogue
from backend.flows.lessons import Teacher, polished
from backend.flows.progress import Silent
from backend.flows.prompts import Bound
from backend.flows.pulse import Pulse
from backend.flows.runs import Runs


@dataclass(frozen=True, slots=True)
class Drafted:
    """`remarks`: what is to be known of it, one sentence each."""

    file: PromptFile
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Drafter:
    """`url`: where teachers are; `make_asker` makes one that reaches the teacher of that name, about the tasks of that
    project."""

    runs: Runs
    url: str
    make_asker: Callable[[str, int], Asker]

    def draft(self, name: str, project: int | None, teacher: str | None) -> Drafted:
        """`project` is needed for a name that is new. Raises LabelConfigError or StudioError; with a teacher also
        ProviderError when it will answer nothing."""
        found = self.runs.studio.project(self.runs.prompts.project_of(name, project))
        schema = read_config(found.label_config)
        first = replace(first_prompt(schema), project=found.id)
        if teacher is None:
            return Drafted(first)
        version = default_version(schema, found.id, teacher)
        proposal = self._ask(Bound(version, found, schema), teacher)
        if isinstance(proposal, Dropped):
            return Drafted(first, (f"The teacher's prompt can't be used, {proposal.reason}: this is the draft alone.",))
        better = changed(version, proposal.text, schema)
        file = replace(first, template=better.template, labels=listed(_with_room(better.definitions, schema)))
        checked = f"{teacher} wrote it from tasks alone, so it could not be checked: evaluate it on ground truths."
        return Drafted(file, (*([f"{proposal.repaired}."] if proposal.repaired else []), checked))

    def _ask(self, bound: Bound, teacher: str) -> Proposal | Dropped:
        labelling, pulse = self.runs.labelling, Pulse(lambda _: "in_progress")
        with Dialogue(labelling, lambda: self.make_asker(teacher, bound.project.id), pulse, Silent()) as dialogue:
            asking = Teacher(dialogue, teacher_frame(self.url, teacher), bound.schema)
            return polished(asking, bound.version, labelling.recipe(bound), self.runs.studio)


def _with_room(definitions: Definitions, schema: LabelSchema) -> Definitions:
    """All labels, in the order of the config, those without a definition for somebody to write one."""
    return {
        control: {label: definitions.get(control, {}).get(label, hint) for label, hint in labels.items()}
        for control, labels in hints(schema).items()
    }
