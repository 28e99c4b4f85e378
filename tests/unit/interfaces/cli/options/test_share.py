"""Options that take a share: a number from 0 to 1, and nothing else."""

import click
import pytest

from backend.interfaces.cli.options.share import Share


def test_a_share_is_a_number_from_0_to_1() -> None:
    assert [Share().convert(text, None, None) for text in ("0", "0.5", "1")] == [0.0, 0.5, 1.0]
    assert Share(between=True).convert("0.5", None, None) == 0.5


@pytest.mark.parametrize("text", ["nan", "NaN", "-nan", "inf", "-inf", "1.1", "-0.1", "many"])
def test_what_is_none_is_refused(text: str) -> None:
    for kind in (Share(), Share(between=True)):
        with pytest.raises(click.BadParameter):
            kind.convert(text, None, None)


@pytest.mark.parametrize("text", ["0", "1"])
def test_the_ends_may_be_left_out(text: str) -> None:
    with pytest.raises(click.BadParameter):
        Share(between=True).convert(text, None, None)
