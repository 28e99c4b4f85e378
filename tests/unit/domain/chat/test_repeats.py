"""A loop is told from prose, JSON and thoughts."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.chat.repeats import runs_on

PROSE = (
    "Okay, so the user wants me to label this message. Let me think about what it says: somebody complains about a "
    "parcel that came late, asks for their money back, and mentions that the phone line was busy all afternoon. That "
    "could be a refund or a complaint about delivery. The definitions say that money wins, so I would go with refund, "
    "unless the second sentence is meant as a joke, which I doubt given the rest of it. Hmm, wait."
)


@pytest.mark.parametrize("tail", [" " * 200, "\n" * 300, " \n\t" * 100, '"Good", ' * 60, "\\n" * 200, "no no " * 60])
def test_a_loop_runs_on(tail: Any) -> None:
    assert runs_on('{"mood": "Good"' + tail)
    assert runs_on(PROSE + tail * 10)


@pytest.mark.parametrize(
    "text",
    ["", "{", PROSE, PROSE[:120], json.dumps([f"label {n}" for n in range(60)]), json.dumps({"why": PROSE}, indent=2)],
)
def test_what_says_something_does_not(text: Any) -> None:
    assert not runs_on(text)


@given(st.text(st.characters(codec=None)))
def test_no_text_raises(text: Any) -> None:
    assert runs_on(text) in (True, False)
