"""Place: the project that predictions go to, with what annotators are shown there.

Label Studio clears what is shown when a version is deleted. It is noted in the record before, so that even a process
that is killed in between leaves something to go by: whoever pushes or withdraws next shows it again.
"""

from collections.abc import Callable
from dataclasses import dataclass

from backend.core.prompts import belongs
from backend.edges.store import Store
from backend.edges.studio import Studio
from backend.edges.studio_http import Refused

Tell = Callable[[str], None]
"""Takes one sentence for the user."""


@dataclass(frozen=True, slots=True)
class Place:
    studio: Studio
    store: Store
    project: int
    tell: Tell

    def delete_version(self, version: str) -> int:
        """Deletes all predictions of a version; the number. `show_again` must follow when there are no more."""
        shown = self.studio.project(self.project).shown
        if shown:
            self.store.set_connection(self.project, to_show=shown)
        return self.studio.delete_version(self.project, version)

    def show_again(self, names: tuple[str, ...], instead: str = "") -> None:
        """Shows what was shown before versions were deleted, unless somebody chose since.

        When that was one of the prompt's with these `names` and is gone, `instead` is shown; "" for nothing.
        """
        noted = self.store.connection(self.project)["to_show"]
        if noted is None:
            return
        if not self.studio.project(self.project).shown:
            gone = belongs(noted, *names) and noted not in self.studio.model_versions(self.project)
            self._show(noted, instead if gone else noted)
        self.store.set_connection(self.project, to_show=None)

    def _show(self, noted: str, version: str) -> None:
        if not version:
            return
        try:
            self.studio.show(self.project, version)
        except Refused as refusal:
            if refusal.status != 400:
                raise
            self.tell(f"Annotators saw {noted}, which is not there any more: `ls-prompts use` says what they get.")
            return
        if version != noted:
            self.tell(f"Annotators saw {noted}, which is replaced; they now see {version}.")
