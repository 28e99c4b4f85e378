"""Advice as commands and options; and as nothing of the kind where the same notice goes elsewhere."""

import re

import pytest

from backend.advice import Advice, Notice
from backend.domain.dataset.split import Split
from backend.domain.dataset.subset import Subset
from backend.interfaces.cli.render.notices import ADVICE, in_commands, options_of
from backend.services.analysis.compare import not_asked

DETAILS = dict.fromkeys({name for way in ADVICE.values() for name in re.findall(r"{(\w+)}", way)}, 12)


@pytest.mark.parametrize("advice", Advice, ids=lambda advice: advice.name)
def test_each_advice_is_a_command_here_and_a_plain_sentence_elsewhere(advice: Advice) -> None:
    notice = Notice("One left out.", advice, DETAILS)
    assert in_commands(notice) == f"One left out. {ADVICE[advice].format(**DETAILS)}"
    assert "`" in ADVICE[advice] or "--" in ADVICE[advice]
    assert str(notice) == f"One left out. {advice.value}"
    assert "--" not in str(notice)


def test_a_notice_without_advice_is_its_sentence() -> None:
    assert in_commands(Notice("So it is.")) == str(Notice("So it is.")) == "So it is."


def test_names_are_quoted_for_a_shell() -> None:
    notice = Notice("Changed:", Advice.SAVE_AGAIN, {"tag": "two words@1", "name": "two words"})
    assert "`ls-prompts show 'two words@1' --plain > prompt.txt; ls-prompts save 'two words'" in in_commands(notice)


def test_the_command_that_asks_has_the_options_of_the_subset() -> None:
    subset = Subset("ground-truth", split=Split("test", 0.5), truth="any", accepted=True, leave_one_out=True)
    assert options_of(subset) == " --truth any --split test:0.5 --accepted --leave-one-out"
    assert in_commands(not_asked("mood@1", 7, subset).notice) == (
        "mood@1 has no answer to any of the 7 tasks with a ground truth: "
        "`ls-prompts evaluate mood@1 --truth any --split test:0.5 --accepted --leave-one-out` asks about them."
    )
