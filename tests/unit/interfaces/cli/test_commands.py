"""The table of commands: each stands where the table says, under its own name."""

import pytest

from backend.interfaces.cli.commands import PLACES, SECTIONS, command, commands


@pytest.mark.parametrize("name", PLACES)
def test_a_command_has_the_name_of_its_line(name: str) -> None:
    assert command(name).name == name


def test_no_command_stands_in_two_sections() -> None:
    assert sum(map(len, SECTIONS.values())) == len(PLACES) == len({id(found) for found in commands().values()})


def test_an_unknown_command() -> None:
    with pytest.raises(KeyError):
        command("nonsense")
