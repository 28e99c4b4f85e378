"""The tree of a <Taxonomy>: its nodes with their paths, from a config or from a task."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element

from backend.domain.labels.choice_names import LONGEST, MOST, Choice, NestedChoice, listed

DEEPEST = 20
"""Levels of a tree. Deeper ones would make paths that nobody reads."""
_BETWEEN = " / "
_LISTED, _CHARACTERS = 1000, 15_000
"""Paths, and their characters together, that an answer schema lists; providers take no more."""

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """values: the names from the root on, as people read them
    stored: the same as Label Studio keeps them
    """

    values: Path
    stored: Path
    hint: str = ""
    leaf: bool = True


def nodes_of(choices: Iterable[NestedChoice]) -> tuple[Node, ...] | None:
    """In document order; of siblings of one name the first counts, as in Label Studio. None for a tree that is too deep
    or has names that are too long."""
    nodes: dict[Path, Node] = {}
    places: dict[int, tuple[Path, Path]] = {}
    for choice in (listed_choices := list(choices)):
        values, stored = places[id(choice.parent)] if choice.parent else ((), ())
        values, stored = (*values, choice.value), (*stored, choice.stored)
        if len(values) > DEEPEST or sum(map(len, values)) > LONGEST:
            return None
        places[id(choice)] = (values, stored)
        nodes.setdefault(stored, Node(values, stored, choice.hint))
    parents = {places[id(choice.parent)][1] for choice in listed_choices if choice.parent}
    return tuple(Node(node.values, path, node.hint, path not in parents) for path, node in nodes.items())


def tree_of(element: Element) -> tuple[str | None, tuple[Node, ...] | None]:
    """What a control's element says of its tree: the variable that brings it, None where it stands in the config; and
    the nodes that stand there, None for more than a prompt can hold."""
    value, nodes = element.get("value", ""), nodes_of(listed(element))
    source = (value[1:] or None) if value.startswith("$") else None
    return source, None if nodes is None or len(nodes) > MOST else nodes


def chosen_from(nodes: Iterable[Node], leaves: bool) -> tuple[Node, ...]:
    """Those that can be chosen: all, or with `leaves` only those without others below them."""
    return tuple(node for node in nodes if node.leaf or not leaves)


def renamed_node(node: Node, name: str | None) -> Node:
    """The node under another name of its path; itself for None."""
    return node if name is None else replace(node, values=path_of(name), stored=path_of(name))


def choices_of_nodes(nodes: Sequence[Node]) -> tuple[Choice, ...]:
    """Each with its whole path as its name."""
    name, stored = _named([node.values for node in nodes]), _named([node.stored for node in nodes])
    named = zip(nodes, name, stored, strict=True)
    return tuple(Choice(name, stored, node.hint, node.values[-1]) for node, name, stored in named)


def path_name(path: Path) -> str:
    """`Online / Paid`."""
    return _BETWEEN.join(path)


def path_of(name: str) -> Path:
    """The inverse, where no name on the path has a slash between spaces."""
    return tuple(name.split(_BETWEEN))


def fits_schema(names: Sequence[str]) -> bool:
    """Whether an answer schema can list them."""
    return len(names) <= _LISTED and sum(map(len, names)) <= _CHARACTERS


def _named(paths: Sequence[Path]) -> list[str]:
    """Names of different paths, as JSON where they would be equal: one of the names has a slash in it."""
    names = [path_name(path) for path in paths]
    times = Counter(names)
    pairs = zip(paths, names, strict=True)
    return [json.dumps(path, ensure_ascii=False) if times[name] > 1 else name for path, name in pairs]
