"""Resolver: prompt versions together with the projects they label, as these are now."""

from dataclasses import replace

from backend.adapters.database.calibrations import CalibrationStore
from backend.adapters.database.projects.label_configs import ConfigStore
from backend.adapters.database.prompts import Store
from backend.adapters.label_studio.client import LabelStudioClient
from backend.advice import Advice
from backend.domain.labels.relabel import same_answers, with_current_labels
from backend.domain.project import Project
from backend.domain.prompts.version import PromptVersion
from backend.errors import ConfigChangedError
from backend.services.dataset.label_configs import Configs
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.prompts.versions import Prompts


class Resolver:
    def __init__(self, store: Store, studio: LabelStudioClient) -> None:
        self.configs = Configs(ConfigStore(store))
        self._prompts = Prompts(store)
        self._calibrations = CalibrationStore(store)
        self._studio = studio

    def resolved(self, tag: str) -> ResolvedVersion:
        """Raises ConfigChangedError when the labelling config is no longer the one the version was saved with."""
        version = self._prompts.get(tag)
        project = self._studio.project(version.project)
        schema = self.configs.now(project)
        if not schema.fits(version.schema_digest):
            raise _changed(version)
        return self._calibrated(ResolvedVersion(version, project, schema.as_of(version.schema_digest)))

    def readable(self, tag: str) -> ResolvedVersion:
        """For what only reads what is stored: as `resolved`, also where the config changed since.

        Raises ConfigChangedError when the database does not have the config that the version was saved with.
        """
        version = self._prompts.get(tag)
        return self.read_by(version, self._studio.project(version.project))

    def read_by(self, version: PromptVersion, project: Project) -> ResolvedVersion:
        """The same of a version of this project."""
        now = self.configs.now(project)
        origin = self.configs.origin(version, now)
        if now.fits(version.schema_digest):
            return self._calibrated(ResolvedVersion(version, project, origin))
        return self._calibrated(ResolvedVersion(version, project, with_current_labels(origin, now), origin=origin))

    def pushable(self, tag: str) -> ResolvedVersion:
        """As `readable`, under the config of now: raises ConfigChangedError when that takes other answers than the
        version could give, renamed labels apart."""
        resolved = self.readable(tag)
        now = self.configs.now(resolved.project)
        if now.fits(resolved.version.schema_digest):
            return resolved
        if not same_answers(resolved.schema, now):
            raise _changed(resolved.version)
        return replace(resolved, schema=now)

    def _calibrated(self, resolved: ResolvedVersion) -> ResolvedVersion:
        saved = self._calibrations.of(resolved.version)
        if saved is None:
            return resolved
        return replace(resolved, calibrators=saved.applied, older_calibration=saved.older)


def _changed(version: PromptVersion) -> ConfigChangedError:
    return ConfigChangedError(
        f"The labelling config of project {version.project}, or how this release reads it, has changed since "
        f"{version.tag} was saved:",
        Advice.SAVE_AGAIN,
        tag=version.tag,
        name=version.name,
    )
