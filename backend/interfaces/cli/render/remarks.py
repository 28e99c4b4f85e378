"""Remarks as the command line says them: an advice is a command or an option."""

from backend.interfaces.presentation.advice import Advice, Remark

ADVICE = {
    Advice.INCLUDE_OWN: "--accepted includes them.",
    Advice.LEAVE_ONE_OUT: "--leave-one-out includes them.",
    Advice.RELABEL: "If it was renamed, `ls-prompts relabel OLD NEW` includes them.",
    Advice.EACH_CONTROL: "`ls-prompts evaluate` has the scores of each control.",
}


def in_commands(remark: Remark) -> str:
    """The sentence, then the command or option that follows the advice."""
    return remark.sentence if remark.advice is None else f"{remark.sentence} {ADVICE[remark.advice]}"
