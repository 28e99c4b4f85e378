"""<Taxonomy>: one or several paths in a tree, which the config or the task brings.

Its element is read in `build_taxonomy`.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, Literal, Self

from backend.domain.answer import AnswerValue, Paths, paths_of, paths_or_none
from backend.domain.data_paths import look_up
from backend.domain.labels import taxonomy_tree
from backend.domain.labels.choice_names import MOST, Choice, brought_below
from backend.domain.labels.conditions import Condition
from backend.domain.labels.controls.base import Control, Held, Region, rules_of
from backend.domain.labels.controls.labeled import WithLabels
from backend.domain.labels.controls.region_value import region_of, values_in
from backend.domain.labels.controls.task_choices import TaskChoices
from backend.domain.labels.controls.unlabeled import Unlabeled
from backend.domain.labels.controls.wording import excerpt
from backend.domain.labels.taxonomy_tree import DEEPEST, Node, Path, nodes_of, path_name
from backend.domain.outcome import Failure, Rejection
from backend.domain.statistics.f1 import overlap


@dataclass(frozen=True)
class TaxonomyControl(TaskChoices, WithLabels, Unlabeled):
    """See `TaskChoices`.

    nodes: what can be chosen
    leaves: only nodes without others below them
    most: paths that it takes, None for any number
    hideable: it is not always shown
    """

    name: str
    to_name: str
    nodes: tuple[Node, ...] = ()
    source: str | None = None
    brought: bool = False
    listed: int = 0
    leaves: bool = False
    most: int | None = None
    hideable: bool = False
    required: bool = False
    conditions: tuple[Condition, ...] = ()
    heading: tuple[str, ...] = ()

    tag: ClassVar[str] = "Taxonomy"
    noun: ClassVar[str] = "path"
    task: ClassVar[str] = "Choose the paths ({names}) that fit this item best."
    holds: ClassVar[type[AnswerValue]] = Paths
    things: ClassVar[str] = "paths"
    probable: ClassVar[bool] = True
    nullable: ClassVar[bool] = False
    many: ClassVar[bool] = True
    column: ClassVar[Literal["texts"]] = "texts"

    @cached_property
    def choices(self) -> tuple[Choice, ...]:  # type: ignore[override]
        return taxonomy_tree.choices_of_nodes(self.nodes)

    @cached_property
    def _paths(self) -> Mapping[str, Path]:
        """As stored in one name -> level by level."""
        return {choice.stored: node.stored for choice, node in zip(self.choices, self.nodes, strict=True)}

    @cached_property
    def _choices(self) -> Mapping[Path, Choice]:
        return {node.stored: choice for choice, node in zip(self.choices, self.nodes, strict=True)}

    @property
    def must_answer(self) -> bool:
        return self.required

    @property
    def identity(self) -> list[Any]:
        tree = [[node.values, node.stored, node.hint] for node in self.nodes]
        return [self.tag, self.name, self.to_name, self.source, self.leaves, self.most, tree]

    @property
    def rules(self) -> list[Any] | None:
        return rules_of(self, self.required)

    @property
    def answers(self) -> Hashable:
        return (self.tag, self.name, self.source, self.most, frozenset(self.known_classes))

    def for_task(self, data: Mapping[str, Any]) -> Self | Failure:
        if self.source is None:
            return self
        elements = brought_below(look_up(data, self.source))
        nodes = None if elements is None else nodes_of(elements)
        if nodes is None or not (nodes or self.nodes):
            what = f"at most {MOST:,} choices on at most {DEEPEST} levels"
            return Failure("bad_task", f"'{self.source}' is not the tree of {what} that control '{self.name}' takes.")
        more = taxonomy_tree.chosen_from(self._beside(nodes), self.leaves)
        own, bring = self.nodes, bool(more)
        return replace(self, nodes=(*own, *more), source=None, brought=bring, listed=len(own) if bring else 0)

    def apart(self) -> Self:
        return replace(self, nodes=()) if self.source else self

    def _beside(self, nodes: Sequence[Node]) -> list[Node]:
        """What the screen shows of a task's nodes: of two trees with the same name at the top, the config's alone."""
        tops = {node.values[0] for node in self.nodes}
        return [node for node in nodes if node.values[0] not in tops]

    @property
    def own_names(self) -> frozenset[str]:
        own = self.nodes[: len(self.own_choices)]
        return frozenset(name for node in own for name in node.stored)

    def _rule(self, when: str) -> str:
        some = "any" if self.most is None else f"at most {self.most}"
        least = "at least one" if self.most is None else f"1 to {self.most}"
        of = f"of {self._of}"
        how = f"a list with {least} {of}" if self.required else f"a list with {some} {of}, empty if none fits"
        return f"[] unless {when}, else {how}" if when else how

    @property
    def _of(self) -> str:
        return self._where_listed if self.brought else "these paths"

    def json_schema(self) -> dict[str, Any]:
        names = [choice.name for choice in self.choices]
        return {
            "type": "array",
            "items": {"type": "string"} | ({"enum": names} if taxonomy_tree.fits_schema(names) else {}),
        }

    def parse(self, value: Any) -> Held | Rejection:
        """Each path once, in the order of the answer."""
        items = value if isinstance(value, list) else [] if value is None else [value]
        paths: dict[Path, None] = {}
        for item in items:
            if not isinstance(item, str):
                return Rejection("wrong_type", f"{excerpt(item)} is not a path, which '{self.name}' takes.")
            name = self.find(item)
            if name is None:
                return Rejection("unknown_choice", f"{excerpt(item)} is not a path of '{self.name}'.")
            paths[self._paths[self._lookup.exact[name]]] = None
        if self.most is not None and len(paths) > self.most:
            return Rejection("too_many", f"'{self.name}' takes at most {self.most}, the answer has {len(paths)}.")
        return paths_or_none(paths)

    def to_json(self, value: Held) -> Any:
        choices = self._choices
        return [choices[path].name if path in choices else path_name(path) for path in paths_of(value)]

    def to_regions(self, value: Held) -> list[dict[str, Any]]:
        if value is None:
            return []
        return [region_of(self, "taxonomy", taxonomy=[list(path) for path in paths_of(value)])]

    def from_regions(self, regions: Sequence[Region]) -> Held:
        """What is not a list of paths is none."""
        listed = (paths for paths in values_in(regions, "taxonomy") if isinstance(paths, list))
        return paths_or_none(tuple(path) for paths in listed for path in paths if is_path(path))

    def equal(self, first: Held, second: Held) -> bool:
        return first == second

    def partial(self, first: Held, second: Held) -> float:
        """The F1 of paths that both have."""
        return overlap(set(paths_of(first)), set(paths_of(second)))

    def classes(self, value: Held) -> tuple[str, ...]:
        choices = self._choices
        return tuple(choices[path].stored if path in choices else path_name(path) for path in paths_of(value))

    def called(self, value: Held) -> set[str]:
        """The last names of its paths, and their aliases."""
        choices, paths = self._choices, paths_of(value)
        return {path[-1] for path in paths} | {choices[path].own for path in paths if path in choices}

    @cached_property
    def names(self) -> set[str]:
        return self.called(paths_or_none(self._choices))

    def cell(self, value: Held) -> Any:
        return [path_name(path) for path in paths_of(value)]

    def show(self, value: Held) -> str:
        return ", ".join(map(path_name, paths_of(value))) or "(none)"

    def renamed(self, value: Held, renames: Mapping[str, str]) -> Held:
        choices = self._choices
        return paths_or_none(path if path in choices else self._now(path, renames) for path in paths_of(value))

    def _now(self, path: Path, renames: Mapping[str, str]) -> Path:
        return self._paths.get(renames.get(path_name(path), ""), path)

    def with_current_labels(self, renames: Mapping[str, str], now: Control | None) -> Self:
        if not isinstance(now, TaxonomyControl):
            return self
        present = {node.stored: node for node in now.nodes}
        paths = [now._now(node.stored, renames) for node in self.nodes]
        nodes = {path: present.get(path, node) for path, node in zip(paths, self.nodes, strict=True)}
        return replace(self, nodes=tuple(nodes.values()))

    def with_former_labels(self, formers: Mapping[str, str]) -> Self:
        named = zip(self.nodes, self.choices, strict=True)
        return replace(
            self, nodes=tuple(taxonomy_tree.renamed_node(node, formers.get(choice.stored)) for node, choice in named)
        )

    def shared(self, others: Sequence[Control]) -> Self:
        every = [self, *(other for other in others if isinstance(other, type(self)))]
        if (dynamic := next((control for control in every if control.dynamic), None)) is not None:
            return dynamic
        return replace(self, nodes=tuple(node for node in self.nodes if all(node.stored in o._choices for o in every)))


def is_path(path: Any) -> bool:
    """Whether it is one, level by level."""
    return isinstance(path, list) and bool(path) and all(isinstance(name, str) for name in path)
