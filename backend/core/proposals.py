"""Proposals: what a teacher wrote -> a prompt that may be tried, or why not.

A prompt keeps the task variables it had, no fewer and no others: without them the model sees no task, and another field
of the task may hold its answer.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from backend.core.default_prompt import task_text
from backend.core.outcomes import Answer, Rejection
from backend.core.prompts import PLACEHOLDER, PromptVersion, used_variables
from backend.core.search import normal

LONGEST = 20_000
"""Characters; about 5,000 tokens, which the context of every model in use takes beside a task."""
_FEWEST_LETTERS = 4
_FENCE = re.compile(r"\A\s*```[^\n]*\n(.*?)\n?```\s*\Z", re.DOTALL)
_REFUSAL = re.compile(
    r"\A\W*(i['’]?m sorry|i am sorry|sorry\b|i can(['’]?t|not)|i (am|['’]m) (unable|not able)|i won['’]?t|as an ai\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """`repaired`: what was mended in it, "" for nothing."""

    text: str
    reasons: str
    repaired: str = ""


@dataclass(frozen=True, slots=True)
class Dropped:
    """`mendable`: whether the teacher might do better if it is told so."""

    reason: str
    mendable: bool = False


def proposal_of(verdict: Answer | Rejection, base: PromptVersion, known: Collection[str]) -> Proposal | Dropped:
    """`known`: the texts there are already."""
    if isinstance(verdict, Rejection):
        return Dropped(f"the teacher's answer can't be used ({verdict.reason})")
    (text,), (reasons,) = verdict["prompt"], verdict["reasons"]
    text = _bare(text)
    return _why_not(text, base) or _complete(text, reasons.strip(), base, known)


def _bare(text: str) -> str:
    """Without the fence that models put around what is to be copied."""
    fenced = _FENCE.match(text)
    return (fenced[1] if fenced else text).strip()


def _why_not(text: str, base: PromptVersion) -> Dropped | None:
    if not text:
        return Dropped("it is empty")
    if len(text) > LONGEST:
        return Dropped(f"it has {len(text):,} characters; the most is {LONGEST:,}", mendable=True)
    if _REFUSAL.match(text):
        return Dropped("the teacher refused")
    if sum(map(str.isalpha, PLACEHOLDER.sub("", text))) < _FEWEST_LETTERS:
        return Dropped("it gives no instruction")
    unknown = [name for name in PLACEHOLDER.findall(text) if name not in base.variables]
    if unknown:
        return Dropped(f"it uses {{{unknown[0]}}}, which the prompt has no variable for", mendable=True)
    return None


def _complete(text: str, reasons: str, base: PromptVersion, known: Collection[str]) -> Proposal | Dropped:
    used = used_variables(text, base.variables)
    lost = tuple(name for name in base.variables if name not in used)
    whole = f"{text}\n\n{task_text(lost)}" if lost else text
    if normal(whole) in set(map(normal, known)):
        return Dropped("it is the same as a prompt that was tried")
    back = ", ".join(f"{{{name}}}" for name in lost)
    return Proposal(whole, reasons, f"{back} was put back at its end" if lost else "")
