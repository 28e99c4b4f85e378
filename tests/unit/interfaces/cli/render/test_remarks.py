"""Advice as commands and options; and as nothing of the kind where the same remark goes elsewhere."""

import pytest

from backend.interfaces.cli.render.remarks import ADVICE, in_commands
from backend.interfaces.presentation.advice import Advice, Remark


@pytest.mark.parametrize("advice", Advice, ids=lambda advice: advice.name)
def test_each_advice_is_a_command_here_and_a_plain_sentence_elsewhere(advice: Advice) -> None:
    remark = Remark("One left out.", advice, {"project": 12, "size": 30})
    assert in_commands(remark) == f"One left out. {ADVICE[advice].format(project=12, size=30)}"
    assert "`" in ADVICE[advice] or "--" in ADVICE[advice]
    assert str(remark) == f"One left out. {advice.value}"
    assert "ls-prompts" not in str(remark)
    assert "--" not in str(remark)


def test_a_remark_without_advice_is_its_sentence() -> None:
    assert in_commands(Remark("So it is.")) == str(Remark("So it is.")) == "So it is."
