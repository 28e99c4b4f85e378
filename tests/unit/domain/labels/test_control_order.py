"""The order of controls: what a condition looks at comes first."""

from dataclasses import dataclass

import pytest

from backend.domain.labels.conditions import Condition
from backend.domain.labels.control_order import in_order


@dataclass(frozen=True)
class NamedControl:
    name: str
    conditions: tuple[Condition, ...] = ()


def looking_at(name: str, *others: str | None) -> NamedControl:
    return NamedControl(name, tuple(Condition(other) for other in others))


@pytest.mark.parametrize(
    ("controls", "order"),
    [
        ([looking_at("a"), looking_at("b")], "ab"),
        ([looking_at("a", "b"), looking_at("b")], "ba"),
        ([looking_at("a", "b"), looking_at("b", "c"), looking_at("c")], "cba"),
        ([looking_at("a", None), looking_at("b")], "ba"),
        ([looking_at("a", "b"), looking_at("b", "a")], "ba"),
        ([looking_at("a", "a"), looking_at("b")], "ab"),
        ([looking_at("a", "gone"), looking_at("b")], "ab"),
        ([], ""),
    ],
)
def test_what_is_looked_at_comes_first(controls: list[NamedControl], order: str) -> None:
    assert "".join(control.name for control in in_order(controls)) == order


def test_a_chain_of_any_length_is_put_in_order() -> None:
    chain = [looking_at(f"c{number}", f"c{number + 1}") for number in range(5000)]
    assert in_order(chain) == tuple(reversed(chain))
