"""Which tasks a run is to take: what there is to choose, with its size, and what the form asks for."""

from dataclasses import dataclass
from shlex import quote
from typing import Self

from flask import request

from backend.domain.dataset.subset import SAMPLE_SEED, SAMPLE_SIZE, Subset, parse_subset
from backend.domain.project import Project
from backend.domain.whole_number import whole_number
from backend.errors import SubsetError
from backend.interfaces.web.pages.page_request import PageRequest
from backend.services.dataset.subset_sizes import SubsetSizes
from backend.services.public_objects import PublicVersion

WAYS = {"random": "at random", "first": "the first ones", "stratified": "every label, in proportion"}
"""How a sample is taken."""
MOST_IDS = 20_000
"""Characters."""
MOST_TASKS = 999_999
"""In a sample."""
NO_TASKS = "The project has no tasks: import some in Label Studio."
NOT_STARRED = "No annotation is marked as ground truth: mark some with the star in Label Studio."
ALL_THERE = "Every task has a prediction of this version."
NO_TABS = "The project has no tab in the Data Manager beyond the first one."
NO_LABELS = "it needs ground truths or predictions"


@dataclass(frozen=True, slots=True)
class SubsetChoice:
    """A subset to choose.

    count: its tasks, None where what is typed says which
    reason: why it is impossible
    """

    name: str
    title: str
    count: int | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SubsetChoices:
    """`stratify`: why a sample of every label is impossible, "" where it is possible."""

    rows: list[SubsetChoice]
    sizes: SubsetSizes
    stratify: str

    def has(self, name: str) -> bool:
        return any(row.name == name and not row.reason for row in self.rows)

    def read_for(self, name: str, project: Project) -> int:
        """How many tasks are read to estimate a run on a choice, at most."""
        count = next((row.count for row in self.rows if row.name == name), None)
        return project.tasks if count is None else count


@dataclass(frozen=True, slots=True)
class SubsetForm:
    """What the form asks for. `on`: the name of a SubsetChoice."""

    on: str
    size: int
    way: str
    ids: str
    view: str

    @classmethod
    def from_request(cls) -> Self:
        size, way = request.values.get("size", ""), request.values.get("way", "random")
        number = whole_number(size, MOST_TASKS)
        ids, view = request.values.get("ids", "")[:MOST_IDS].strip(), request.values.get("view", "")[:20]
        on = request.values.get("on", "ground-truth")
        return cls(on, max(1, SAMPLE_SIZE if number is None else number), way if way in WAYS else "random", ids, view)

    @property
    def subset(self) -> Subset:
        """Raises SubsetError for a name that is not a choice, and for ids and a tab that cannot be read."""
        if self.on == "sample":
            seed = None if self.way == "first" else SAMPLE_SEED
            return Subset("sample", size=self.size, seed=seed, stratify=self.way == "stratified")
        if self.on == "view":
            return parse_subset(f"view:{self.view}")
        if self.on not in ("ground-truth", "all", "missing", "ids"):
            raise SubsetError("Choose on which tasks the prompt is to run.")
        return parse_subset(self.on, ids=self.ids or None if self.on == "ids" else None)

    def sdk(self, of: PublicVersion) -> str:
        """The same with Label Studio's SDK; "" for what it has no word for."""
        arguments = {"ground-truth": 'project_subset="HasGT"', "all": 'project_subset="All"'}
        arguments["missing"] = 'project_subset="All", only_missing_predictions=True'
        if self.on not in arguments:
            return ""
        numbers = f"{of.prompt.id}, {of.number.id}, project={of.prompt.project}"
        return f"client.prompts.runs.create({numbers}, {arguments[self.on]})"

    @property
    def options(self) -> str:
        """The same as options of a command."""
        if self.on == "sample":
            how = {
                "random": f" --random {SAMPLE_SEED}",
                "first": " --first",
                "stratified": f" --stratify --random {SAMPLE_SEED}",
            }
            return f"--on sample --sample-size {self.size}{how[self.way]}"
        more = {"ids": f"ids --ids {quote(self.ids)}", "view": f"view:{self.view}"}
        return f"--on {more.get(self.on, self.on)}"


def choices_of(page: PageRequest, of: PublicVersion, project: Project) -> SubsetChoices:
    """`project`: that of the version."""
    sizes = page.app.subset_sizes(of.version.tag, project)
    all_tasks, truths, missing = sizes.all_tasks, sizes.truths, sizes.missing
    none = "" if all_tasks else NO_TASKS
    rows = [
        SubsetChoice("ground-truth", "Ground truths: the run ends with a score", truths, "" if truths else NOT_STARRED),
        SubsetChoice("sample", "A sample of the tasks", all_tasks, none),
        SubsetChoice("missing", "Tasks without a prediction of this version", missing, "" if missing else ALL_THERE),
        SubsetChoice("all", "All tasks", all_tasks, none),
        SubsetChoice("ids", "Tasks by their numbers", None, none),
        SubsetChoice("view", "A tab of the Data Manager", None, "" if sizes.tabs else NO_TABS),
    ]
    return SubsetChoices(rows, sizes, "" if sizes.labelled else NO_LABELS)
