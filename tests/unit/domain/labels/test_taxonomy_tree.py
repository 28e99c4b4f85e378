"""Trees: which nodes there are, which are leaves, and what they are called."""

import pytest

from backend.domain.labels.choice_names import LONGEST, MOST, NestedChoice
from backend.domain.labels.config_tree import config_tree
from backend.domain.labels.taxonomy_tree import (
    DEEPEST,
    Node,
    choices_of_nodes,
    fits_schema,
    nodes_of,
    path_name,
    path_of,
    tree_of,
)


def chain(length: int, name: str = "n") -> list[NestedChoice]:
    found: list[NestedChoice] = []
    for _ in range(length):
        found.append(NestedChoice(name, name, parent=found[-1] if found else None))
    return found


def test_nodes_have_their_paths_and_know_whether_they_are_leaves() -> None:
    root = NestedChoice("A", "a", "first")
    assert nodes_of([root, NestedChoice("B", "b", parent=root), NestedChoice("C", "C")]) == (
        Node(("A",), ("a",), "first", leaf=False),
        Node(("A", "B"), ("a", "b")),
        Node(("C",), ("C",)),
    )


def test_of_siblings_of_one_name_the_first_counts() -> None:
    first, second = NestedChoice("A", "A", "first"), NestedChoice("A", "A", "second")
    found = nodes_of([first, second, NestedChoice("B", "B", parent=second)])
    assert found == (Node(("A",), ("A",), "first", leaf=False), Node(("A", "B"), ("A", "B")))


def test_a_tree_that_is_too_deep_or_has_long_names_is_none() -> None:
    assert len(nodes_of(chain(DEEPEST)) or ()) == DEEPEST
    assert nodes_of(chain(DEEPEST + 1)) is None
    assert nodes_of(chain(1, "n" * (LONGEST + 1))) is None


def test_paths_that_read_the_same_are_told_apart() -> None:
    nodes = [Node(("A", "B"), ("a", "b")), Node(("A / B",), ("c",)), Node(("C",), ("d",))]
    assert [choice.name for choice in choices_of_nodes(nodes)] == ['["A", "B"]', '["A / B"]', "C"]
    assert [choice.stored for choice in choices_of_nodes(nodes)] == ["a / b", "c", "d"]
    assert path_of(path_name(("a", "b"))) == ("a", "b")


@pytest.mark.parametrize(("names", "fits"), [(["a"] * 1000, True), (["a"] * 1001, False), (["a" * 15_001], False)])
def test_a_schema_lists_as_much_as_providers_take(names: list[str], fits: bool) -> None:
    assert fits_schema(names) == fits


def test_a_tree_stands_in_the_config_or_comes_with_the_task() -> None:
    source, nodes = tree_of(config_tree('<Taxonomy><Choice value="A"/></Taxonomy>').root)
    assert (source, nodes) == (None, (Node(("A",), ("A",)),))
    assert tree_of(config_tree('<Taxonomy value="$tree"/>').root) == ("tree", ())
    many = "".join(f'<Choice value="{number}"/>' for number in range(MOST + 1))
    assert tree_of(config_tree(f"<Taxonomy>{many}</Taxonomy>").root) == (None, None)
