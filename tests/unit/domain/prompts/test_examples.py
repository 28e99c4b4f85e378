"""Examples as values: which texts are copies, and what a database or a file may hold."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.prompts.examples import (
    MOST_KEPT,
    Example,
    Examples,
    check_fit,
    check_way,
    examples_json,
    read_examples,
)
from backend.domain.same_text import text_key
from backend.errors import PromptError
from tests.scripted import any_text, choices

ONE = {"task": 3, "values": {"text": "I love it"}, "answer": {"mood": "Good"}}
PLAIN = {"number": 1, "select": "fixed", "pool": [ONE]}


@pytest.mark.parametrize(
    "copy", ["i LOVE it", "  I love\n it ", "I love it", "I lo\u200ave it".replace("\u200a", ""), "Ｉ ｌｏｖｅ ｉｔ"]
)
def test_case_white_space_and_forms_of_letters_make_no_other_text(copy: Any) -> None:
    assert text_key([copy]) == text_key(["I love it"])


@pytest.mark.parametrize(("one", "other"), [("ﬁne", "FINE"), ("Straße", "STRASSE"), ("é", "E\u0301"), ("①", "1")])
def test_letters_are_compared_in_their_compatible_forms(one: Any, other: Any) -> None:
    assert text_key([one]) == text_key([other])


def test_other_words_are_another_text_and_no_text_passes_into_the_next() -> None:
    assert text_key(["I love it"]) != text_key(["I loved it"])
    assert text_key(["a", "b c"]) != text_key(["a b", "c"])


@given(any_text)
def test_a_folded_text_stays_as_it_is(text: Any) -> None:
    assert text_key([text]) == text_key([text.upper().lower().upper()]) or text.upper().casefold() != text.casefold()


@given(
    st.lists(
        st.builds(Example, st.none() | st.integers(), st.dictionaries(any_text, any_text, min_size=1), st.just({})),
        min_size=1,
    ),
    st.sampled_from(["fixed", "similar"]),
)
def test_what_is_written_comes_back(pool: Any, select: Any) -> None:
    examples = Examples(3, select, tuple(pool), "m" if select == "similar" else None)
    assert read_examples(examples_json(examples)) == examples


@pytest.mark.parametrize(
    "found",
    [
        [],
        "text",
        {"number": 1, "select": "fixed"},
        PLAIN | {"pool": [{**ONE, "values": {}}]},
        PLAIN | {"pool": [{**ONE, "values": {"text": 3}}]},
        PLAIN | {"pool": [{**ONE, "task": "3"}]},
        PLAIN | {"pool": [{**ONE, "answer": "Good"}]},
        PLAIN | {"pool": [{**ONE, "answer": {"mood": date(2024, 1, 1)}}]},
        PLAIN | {"pool": [{**ONE, "answer": {"mood": {"Good", "Bad"}}}]},
        PLAIN | {"pool": []},
        PLAIN | {"pool": [ONE] * (MOST_KEPT + 1)},
        PLAIN | {"select": "best"},
        PLAIN | {"number": 0},
        PLAIN | {"number": True},
        PLAIN | {"number": 51},
        PLAIN | {"embed": "m"},
    ],
)
def test_anything_else_is_refused_in_a_sentence(found: Any) -> None:
    with pytest.raises(PromptError) as error:
        read_examples(found)
    assert "\n" not in str(error.value)


def test_embeddings_go_with_what_is_similar() -> None:
    check_way(8, "similar", "some-model")
    with pytest.raises(PromptError, match="goes with similar examples only"):
        check_way(8, "diverse", "some-model")


def test_examples_fit_the_prompt_and_the_config() -> None:
    schema, examples = choices("Good", "Bad"), read_examples(PLAIN)
    check_fit(examples, ["text"], schema)
    with pytest.raises(PromptError, match=r"lack the prompt's \{title\}"):
        check_fit(examples, ["text", "title"], schema)
    with pytest.raises(PromptError, match="'mood' is not in"):
        check_fit(examples, ["text"], choices("Great", "Bad"))
