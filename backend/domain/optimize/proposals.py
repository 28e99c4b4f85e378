"""Proposals: a teacher's text -> a prompt that may be tried, or why not.

A prompt keeps its task variables, no fewer and no others: without them the model sees no task, and another field of the
task may hold its answer. Where a prompt has a system part, that is what is rewritten, and the user's message stays.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from backend.domain.answer import Answer, LabelDefinitions, texts_of
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Rejection
from backend.domain.prompts.definitions import defined, listed
from backend.domain.prompts.prompt_file import FENCE, PromptFile, file_text, read_prompt_file
from backend.domain.prompts.system_part import on_marks
from backend.domain.prompts.task_placeholders import task_placeholders
from backend.domain.prompts.version import PLACEHOLDER, Definitions, PromptVersion, used_variables
from backend.domain.same_text import folded
from backend.errors import PromptError

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
    """A prompt that may be tried.

    text: see `changeable`
    repaired: what was corrected in it; "" for nothing
    """

    text: str
    reasons: str
    repaired: str = ""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A proposal that may not be tried. `correctable`: whether the teacher may correct it when it knows the reason."""

    reason: str
    correctable: bool = False


def changeable(version: PromptVersion) -> str:
    """The part of a version that a search may change, as a prompt file: its template, below its system part and
    definitions if it has any.

    A template that begins like a header gets one above it, so that it is read as text.
    """
    if not version.definitions and not version.system and not version.template.startswith(FENCE):
        return version.template
    return file_text(PromptFile(version.template, labels=listed(version.definitions), system=version.system))


def changed(base: PromptVersion, text: str, schema: LabelSchema) -> PromptVersion:
    """The inverse: `base` with this text, not saved yet."""
    if text == changeable(base):
        return base
    file = read_prompt_file(text)
    variables = used_variables(file.template, base.variables)
    definitions = defined(file.labels, schema)
    prompt = replace(base, number=0, template=file.template, variables=variables, system=file.system)
    return replace(prompt, definitions=definitions)


def proposal_of(
    verdict: Answer | Rejection, parent: PromptVersion, schema: LabelSchema, existing: Collection[str]
) -> Proposal | Dropped:
    """The Proposal in a teacher's answer, or why it is Dropped.

    parent: the prompt to be rewritten
    existing: texts that exist already
    """
    if isinstance(verdict, Rejection):
        return Dropped(f"the teacher's answer can't be used ({verdict.reason})")
    (written,), (reasons,) = texts_of(verdict["prompt"]), texts_of(verdict["reasons"])
    prompt = _bare(written)
    dropped = _why_not(prompt, parent)
    if dropped:
        return dropped
    rewritten, repaired = _with_system(prompt, parent) if parent.system else _with_template(prompt, parent)
    try:
        text = changeable(replace(rewritten, definitions=_definitions(verdict, parent, schema)))
        changed(parent, text, schema)
    except PromptError as error:
        return Dropped(str(error).rstrip("."), correctable=True)
    if len(text) > LONGEST:
        return Dropped(f"it has {len(text):,} characters; the most is {LONGEST:,}", correctable=True)
    if folded(text) in set(map(folded, existing)):
        return Dropped("it is the same as a prompt that was tried")
    return Proposal(text, reasons.strip(), repaired)


def _with_template(prompt: str, parent: PromptVersion) -> tuple[PromptVersion, str]:
    """The parent with this user's message, and which variables were put back."""
    lost = tuple(name for name in parent.variables if name not in used_variables(prompt, parent.variables))
    template = prompt + (f"\n\n{task_placeholders(lost)}" if lost else "")
    back = ", ".join(f"{{{name}}}" for name in lost)
    return replace(parent, template=template), f"{back} was put back at its end" if lost else ""


def _with_system(prompt: str, parent: PromptVersion) -> tuple[PromptVersion, str]:
    """The parent with this system part, and whether it was told again what the marks around the task's texts mean."""
    sentence = on_marks(parent.template)
    lost = sentence in parent.system and sentence not in prompt
    system = f"{prompt}\n{sentence}" if lost else prompt
    return replace(parent, system=system), "what it says of the marks was put back at its end" if lost else ""


def _bare(text: str) -> str:
    """The text without the code fence that models put around it."""
    fenced = _FENCE.match(text)
    return (fenced[1] if fenced else text).strip()


def _why_not(prompt: str, parent: PromptVersion) -> Dropped | None:
    if not prompt:
        return Dropped("it is empty")
    if _REFUSAL.match(prompt):
        return Dropped("the teacher refused")
    if sum(map(str.isalpha, PLACEHOLDER.sub("", prompt))) < _FEWEST_LETTERS:
        return Dropped("it gives no instruction")
    variables = PLACEHOLDER.findall(prompt)
    if parent.system and variables:
        return Dropped(f"it uses {{{variables[0]}}}, which only the user's message may", correctable=True)
    unknown = [name for name in variables if name not in parent.variables]
    if unknown:
        return Dropped(f"it uses {{{unknown[0]}}}, which the prompt has no variable for", correctable=True)
    return None


def _definitions(verdict: Answer, parent: PromptVersion, schema: LabelSchema) -> Definitions:
    """The parent's definitions, some replaced by the teacher's. Raises PromptError for an unknown label."""
    sentences = {control: dict(labels) for control, labels in parent.definitions.items()}
    definitions = verdict["definitions"]
    for control, label, sentence in definitions.entries if isinstance(definitions, LabelDefinitions) else ():
        sentences.setdefault(control, {})[label] = sentence
    return defined(sentences, schema)
