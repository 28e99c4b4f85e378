"""Prompt versions: written, saved and kept."""

from dataclasses import replace
from pathlib import Path

from backend.advice import Notice
from backend.app.operations import Operations
from backend.domain.dataset.subset import Subset
from backend.domain.labels.relabel import Renames
from backend.domain.prompts.version import PromptVersion
from backend.services.analysis.cascades import cascade_of, guaranteed
from backend.services.dataset.label_configs import Relabelled, Renaming, project_meant
from backend.services.predictions.forecast import alike
from backend.services.prompt_drafting import DraftedPrompt
from backend.services.prompts.draft import Draft
from backend.services.prompts.prompt_files import draft_of, dump
from backend.services.prompts.saving import SavedVersion


class PromptOperations(Operations):
    """See `backend.app.App`."""

    def save(self, draft: Draft) -> SavedVersion:
        return self.container.saver.save(draft)

    def save_cascade(self, draft: Draft, differs: float) -> SavedVersion:
        """Saves a version with two models. Its threshold lets at most a share `differs` of all tasks differ from the
        second model's answers. It is found from stored answers of versions that ask each of the two models alone.

        Raises PromptError without a second model, RunError if no threshold guarantees it or answers are missing.
        """
        parts = self.container
        version = parts.saver.checked(draft).version
        alone = [parts.resolver.readable(tag) for tag in parts.prompts.of_steps(version)]
        tradeoff = cascade_of(self.bases, parts.outcomes, alone, Subset("ground-truth"), differs).tradeoff
        return parts.saver.save(replace(draft, second=replace(draft.second, below=guaranteed(tradeoff))))

    def alike(self, version: PromptVersion) -> list[str]:
        """Tags of predictions in Label Studio that could be mistaken for those of a new version."""
        return alike(self.container.studio, self.container.store, version)

    def draft(self, name: str, project: int | None = None, teacher: str | None = None) -> DraftedPrompt:
        """A prompt to begin with, made from the labelling config, or from that by a teacher who sees some tasks.

        project: needed for a new name
        """
        return self.container.drafter.draft(name, project, teacher)

    def dump(self, folder: Path, name: str | None = None) -> list[Path]:
        return dump(self.versions(name), folder)

    def load(self, path: Path, project: int | None = None) -> SavedVersion:
        return self.container.saver.save(draft_of(path, project))

    def relabel(self, renaming: Renaming, project: int | None = None) -> Relabelled:
        """From now on, reads `renaming.old` in annotations and stored answers as `renaming.label`."""
        versions = self.container.store.versions()
        return self.container.configs.relabel(
            self.container.studio, project_meant(versions, project), versions, renaming
        )

    def unrelabel(self, renaming: Renaming, project: int | None = None) -> None:
        self.container.configs.unrelabel(project_meant(self.container.store.versions(), project), renaming)

    def relabelled(self, project: int | None = None) -> Renames:
        """Control -> former label -> the label as which it is read."""
        return self.container.configs.renames(project_meant(self.container.store.versions(), project))

    def doubt(self, tag: str) -> Notice | None:
        """A notice if a server does not list a version's model."""
        steps = self.container.prompts.get(tag).steps
        doubts = (self.container.model_server(step.connection).doubt(step.model) for step in steps)
        return next((doubt for doubt in doubts if doubt), None)
