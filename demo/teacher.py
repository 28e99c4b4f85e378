"""The scripted teacher: rewrites the prompts of the demo well, badly or not at all, as it is told. It is not an LLM.

Good rewrites add one line of what makes the stand-in better, to the text or (defining ones) beside the label; bad ones
add lines that mislead it. A thorough one defines all labels at once.
"""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

DATA = Path(__file__).parent / "data"
GOOD, DEFINING, BAD, UNEVEN = "good", "defining", "bad", "uneven"
USELESS = ("losing", "unknown", "empty", "identical", "nonsense", "refusing", "long", "prose")
THOROUGH = "thorough"
KINDS = (GOOD, DEFINING, BAD, UNEVEN, *USELESS)
NUMBER = re.compile(r"This is request (\d+)\.\Z")
PROMPT = re.compile(r"<<<\n(.*?)\n>>>", re.DOTALL)
NAMED = re.compile(r"- ([^:]+): ")


def definitions() -> list[str]:
    """Lines that say what each label is about."""
    lines = (DATA / "prompt-2.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.startswith("- ")]


def taught(feedback_text: str, kinds: Sequence[str]) -> str:
    """The teacher's whole answer. Raises ValueError if no prompt was sent. `kinds`: of its rewrites, in turn."""
    prompt, number = PROMPT.search(feedback_text), NUMBER.search(feedback_text)
    if not prompt or not number:
        raise ValueError("A request to rewrite a prompt lacks the prompt, or its own number.")
    turn = int(number[1]) - 1
    return _rewritten(kinds[turn % len(kinds)], prompt[1], turn)


def _rewritten(kind: str, prompt: str, number: int) -> str:
    """`number`: which line is added, where one is."""
    if kind == "prose":
        return "I would rather talk about it."
    if kind == "refusing":
        return _answer("I'm sorry, but I can't help with that.")
    lines = definitions()
    if kind == THOROUGH:
        return _answer(prompt, "The labels were unclear.", [_definition(line) for line in lines])
    if kind == DEFINING:
        return _answer(prompt, "One label was unclear.", [_definition(lines[number % len(lines)])])
    return _answer(_texts(prompt, number)[kind], f"A {kind} one.")


def _definition(line: str) -> dict[str, str]:
    label, _, sentence = line.removeprefix("- ").partition(": ")
    return {"control": "topic", "label": label, "definition": sentence}


def _texts(prompt: str, number: int) -> Mapping[str, str]:
    lines = definitions()
    line, other = lines[number % len(lines)], lines[(number + 1) % len(lines)]
    name, wrong = NAMED.match(line), NAMED.match(other)
    if not name or not wrong:
        raise ValueError(f"A line of definitions does not begin with a label: {line!r}, {other!r}")
    misled = wrong[0] + line[name.end() :]
    good = _with(prompt, line)
    return {
        GOOD: good,
        BAD: _with(prompt, misled),
        UNEVEN: _with(_with(prompt, line), misled),
        "losing": good.replace("{text}", "").strip(),
        "unknown": good + "\n{topic}",
        "empty": " ",
        "identical": f"\n{prompt}  ",
        "nonsense": "}{ 0x7f {text} ###",
        "long": good + "\nBe careful." * 5000,
    }


def _with(prompt: str, line: str) -> str:
    """One more line before the task's text; at the end of a system part, which has none."""
    return prompt.replace("{text}", f"{line}\n\n{{text}}") if "{text}" in prompt else f"{prompt}\n{line}"


def _answer(prompt: str, reasons: str = "", definitions: Sequence[Mapping[str, str]] = ()) -> str:
    return json.dumps({"reasons": reasons, "prompt": prompt, "definitions": definitions})
