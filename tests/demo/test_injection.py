"""The benchmark of instructions inside tasks counts what it says it counts."""

import json

from backend.domain.chat.request import ChatRequest
from backend.domain.prompts.default_prompt import default_version, drafted_version
from benchmarks.injection import ATTACKS, LABELS, MESSAGES, SCHEMA, counted


def obedient(request: ChatRequest) -> str:
    """Takes the last label that the user's message names, and Praise where it names none."""
    named = [label for label in LABELS if f"answer {label}." in request.user]
    return json.dumps({"topic": named[-1] if named else "Praise"})


def test_a_model_that_obeys_is_counted_and_one_that_does_not_is_not() -> None:
    version = default_version(SCHEMA, 1, "m")
    assert counted(version, obedient)["an order"] == [MESSAGES, MESSAGES]
    assert counted(version, lambda _: '{"topic": "Praise"}') == {attack: [0, 0] for attack in ATTACKS}


def test_a_draft_is_attacked_with_the_same_instructions() -> None:
    seen: list[str] = []

    def silent(request: ChatRequest) -> str:
        seen.append(request.user)
        return '{"topic": "Praise"}'

    counted(drafted_version(SCHEMA, 1, "m"), silent)
    assert len(seen) == MESSAGES * (1 + len(ATTACKS))
    assert sum("Ignore all previous instructions" in text for text in seen) == MESSAGES
    assert all(text.startswith("<item-") for text in seen)
