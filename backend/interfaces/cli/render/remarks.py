"""Remarks as the command line says them: an advice is a command or an option."""

from backend.interfaces.presentation.advice import Advice, Remark

ADVICE = {
    Advice.INCLUDE_OWN: "--accepted includes them.",
    Advice.LEAVE_ONE_OUT: "--leave-one-out includes them.",
    Advice.RELABEL: "If it was renamed, `ls-prompts relabel OLD NEW` includes them.",
    Advice.EACH_CONTROL: "`ls-prompts evaluate` has the scores of each control.",
    Advice.DRAW: "`ls-prompts draw {project}` draws tasks to label.",
    Advice.LIST_DRAWN: "`ls-prompts draw {project}` lists them.",
    Advice.DRAW_MORE: "`ls-prompts draw {project} --size {size}` draws more tasks to label.",
}


def in_commands(remark: Remark) -> str:
    """The sentence, then the command or option that follows the advice."""
    return remark.said_with(ADVICE)
