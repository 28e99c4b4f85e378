"""Thoughts: where they end and begin, in the marks of the families of models."""

import pytest

from backend.domain.chat.thoughts import end_of_thoughts, opens_thoughts

PAIRS = [
    ("<think>", "</think>"),
    ("<thinking>", "< /Thinking >"),
    ("<seed:think>", "</seed:think>"),
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|channel|>analysis<|message|>", "<|channel|>final<|message|>"),
    ("<|channel>", "<channel|>"),
    ("<|inner_prefix|>", "<|inner_suffix|>"),
    ("<unused94>", "<unused95>"),
    ("Here is my thought process:", "Here’s my response:"),
]


@pytest.mark.parametrize(("opening", "closing"), PAIRS)
def test_what_follows_the_last_closing_mark_is_not_thought(opening: str, closing: str) -> None:
    thought = f"{opening}Good{closing}Bad{closing}"
    assert end_of_thoughts(thought + "Good") == len(thought)
    assert opens_thoughts(f"Well. {opening}Good")
    assert not opens_thoughts(closing)


@pytest.mark.parametrize("text", ["", '{"mood": "Good"}', "I think </b> so", "<b>think</b>", "the final answer"])
def test_plain_text_holds_no_marks(text: str) -> None:
    assert end_of_thoughts(text) == 0
    assert not opens_thoughts(text)
