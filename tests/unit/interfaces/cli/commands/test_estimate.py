"""What an estimate prints for people."""

import pytest

from backend.domain.runs.cost_estimate import Estimate
from backend.interfaces.cli.commands.estimate import _print


@pytest.mark.parametrize(
    ("cost", "said"), [((0.5, 1.25), "$0.50 to $1.25"), (None, "n/a: the model's price is not known, set PRICE_IN")]
)
def test_a_cost_is_a_range_or_says_what_is_missing(
    cost: tuple[float, float] | None, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _print(Estimate(tasks=3, reused=1, prompt_tokens=(5, 9), completion_tokens=(1, 2), cost_usd=cost, tokenizer="t"))
    assert f"\ncost      {said}" in capsys.readouterr().out


def test_what_pictures_take_is_not_made_up(capsys: pytest.CaptureFixture[str]) -> None:
    unknown = "without those of files, which are unknown"
    _print(Estimate(3, 1, prompt_tokens=None, completion_tokens=(1, 2), cost_usd=None, tokenizer=unknown))
    said = capsys.readouterr().out
    assert "in        n/a\nout       1 to 2 tokens\n" in said
    assert "cost      n/a: the tokens of its files are unknown, ask about some tasks first with --probe 20" in said
