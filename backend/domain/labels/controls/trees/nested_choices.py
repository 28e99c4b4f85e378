"""<Choices allowNested="true">: paths to nested choices, which the config or the task brings.

The screen ticks a choice with choices below it when all of those are ticked, and shows nothing if only the upper one is
named. So a value holds only paths that end in a choice without choices below it. A path above them stands for all of
them.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Literal

from backend.domain.answer import paths_of, paths_or_none
from backend.domain.labels.choice_names import MOST
from backend.domain.labels.controls.base import Held, Region, rules_of
from backend.domain.labels.controls.region_value import region_of, values_in
from backend.domain.labels.controls.trees.taxonomy import TaxonomyControl, is_path
from backend.domain.labels.layout import DeclaredControl
from backend.domain.labels.taxonomy_tree import DEEPEST, Node, Path, fits_schema, tree_of
from backend.domain.outcome import Rejection

KIND = "Choices allowNested"
_ABOVE = "; a path that others begin with stands for all of those"


@dataclass(frozen=True)
class NestedChoicesControl(TaxonomyControl):
    """`multiple`: whether it takes several paths."""

    multiple: bool = False

    tag: ClassVar[str] = KIND
    task: ClassVar[str] = "Choose the labels ({names}) that fit this item best."

    @property
    def many(self) -> bool:  # type: ignore[override]
        return self.multiple

    @property
    def column(self) -> Literal["text", "texts"]:  # type: ignore[override]
        return "texts" if self.multiple else "text"

    @property
    def nullable(self) -> bool:  # type: ignore[override]
        return self.hideable and not self.multiple

    @property
    def must_answer(self) -> bool:
        return self.required or not (self.multiple or self.hideable)

    @property
    def identity(self) -> list[Any]:
        return [*super().identity, self.multiple, self.hideable]

    @property
    def rules(self) -> list[Any] | None:
        return rules_of(self, self.required and self.multiple)

    @property
    def answers(self) -> Hashable:
        return (super().answers, self.multiple)

    def _beside(self, nodes: Sequence[Node]) -> list[Node]:
        """All of them: the screen shows both of two choices with one name."""
        paths = {node.stored for node in self.nodes}
        return [node for node in nodes if node.stored not in paths]

    def _rule(self, when: str) -> str:
        above = _ABOVE if self.brought or not all(node.leaf for node in self.nodes) else ""
        if self.multiple:
            return super()._rule(when) + above
        how = f"exactly one of {self._of}{above}"
        if when:
            return f"null unless {when}, else {how}"
        return f"null if it does not apply, else {how}" if self.hideable else how

    def json_schema(self) -> dict[str, Any]:
        if self.multiple:
            return super().json_schema()
        names: list[str | None] = [choice.name for choice in self.choices]
        none = [None] if self.nullable else []
        listed = {"enum": [*names, *none]} if fits_schema([choice.name for choice in self.choices]) else {}
        return {"type": ["string", "null"] if none else "string"} | listed

    def parse(self, value: Any) -> Held | Rejection:
        if value is None and self.nullable:
            return None
        if not self.multiple and isinstance(value, list) and len(value) != 1:
            many = "too_many" if value else "missing_field"
            return Rejection(many, f"'{self.name}' takes one label, the answer has {len(value)}.")
        paths = super().parse([value] if value is None else value)
        return paths if isinstance(paths, Rejection) else self._ended(paths_of(paths))

    def _ended(self, paths: Sequence[Path]) -> Held:
        """Paths that end in a choice without others below it, in place of those above them."""
        return paths_or_none(end for path in paths for end in self._below.get(path, (path,)))

    @cached_property
    def _below(self) -> Mapping[Path, tuple[Path, ...]]:
        """Path of a choice with others below it -> where they end."""
        ends = [node.stored for node in self.nodes if node.leaf]
        below: dict[Path, list[Path]] = {node.stored: [] for node in self.nodes if not node.leaf}
        for end in ends:
            for length in range(1, len(end)):
                below[end[:length]].append(end)
        return {path: tuple(names) for path, names in below.items()}

    def to_json(self, value: Held) -> Any:
        if self.multiple:
            return super().to_json(value)
        paths = paths_of(value)
        whole = next((path for path, ends in self._below.items() if len(paths) > 1 and {*ends} == {*paths}), None)
        return next(iter(super().to_json(paths_or_none([whole] if whole else paths))), None)

    def to_regions(self, value: Held) -> list[dict[str, Any]]:
        if value is None:
            return []
        return [region_of(self, "choices", choices=[list(path) for path in paths_of(value)])]

    def from_regions(self, regions: Sequence[Region]) -> Held:
        """As the screen shows it: what all stands below a path counts, never the path itself."""
        chosen = (paths for paths in values_in(regions, "choices") if isinstance(paths, list))
        paths = [tuple(path) for listed in chosen for path in listed if is_path(path)]
        above = {path[:length] for path in paths for length in range(1, len(path))} | self._below.keys()
        return paths_or_none(path for path in paths if path not in above)

    def cell(self, value: Held) -> Any:
        return super().cell(value) if self.multiple else self.to_json(value)

    def show(self, value: Held) -> str:
        return super().show(value) if self.multiple else self.to_json(value) or "(none)"

    def called(self, value: Held) -> set[str]:
        """The names of what is ticked, and their aliases; of equal names the first counts, as in Label Studio."""
        ticked = {*paths_of(value)}
        ticked |= {path for path, ends in self._below.items() if ticked.issuperset(ends)}
        return {name for name, path in self._first.items() if path in ticked}

    @cached_property
    def _first(self) -> Mapping[str, Path]:
        """Value or alias -> the first choice that has it."""
        named = ((name, node.stored) for node in reversed(self.nodes) for name in _names(node))
        return dict(named)


def _names(node: Node) -> tuple[str, str]:
    return node.values[-1], node.stored[-1]


def build_nested_choices(declared: DeclaredControl) -> NestedChoicesControl | str:
    """The control of such an element, or why it isn't supported."""
    element = declared.element
    if element.get("peritem", "").lower() == "true":
        return 'perItem="true" (a path per item)'
    source, nodes = tree_of(element)
    if nodes is None:
        return f"more than {MOST:,} choices or {DEEPEST} levels, or very long names"
    if not nodes and source is None:
        return "it lists no choices"
    return NestedChoicesControl(
        name=declared.name,
        to_name=declared.to_name,
        nodes=nodes,
        source=source,
        multiple=element.get("choice", "single") == "multiple",
        hideable=declared.hideable,
        required=declared.required,
        conditions=declared.conditions,
        heading=tuple(declared.heading),
    )
