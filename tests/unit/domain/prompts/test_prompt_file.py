"""Prompts as plain files: what is written comes back."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backend.domain.prompts.examples import Example, Examples
from backend.domain.prompts.prompt_file import PromptFile, clean_text, file_text, read_prompt_file, write_prompt_file
from backend.domain.prompts.version import PromptVersion
from backend.errors import PromptError
from tests.scripted import any_text

texts = st.text(st.characters(exclude_categories=["Cs"]))
lines = st.lists(st.sampled_from(["---", "", "a: b", "Say {text}", " ---", "--- ", "{", "# x", "\ttab"])).map("\n".join)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
sentences = st.dictionaries(texts.filter(str.strip), texts, max_size=3)
names = st.from_regex(r"[a-z_]{1,12}", fullmatch=True) | st.sampled_from(
    ["temperature", "project", "note", "parameters"]
)


def version(template: str, model: str = "m", note: str = "", parameters: dict[str, Any] | None = None) -> PromptVersion:
    return PromptVersion("mood", 1, 7, template, model, ("text",), "d", parameters or {}, note)


def test_definitions_are_written_below_labels() -> None:
    one = replace(version("Say {text}"), definitions={"mood": {"Good": "a smile"}})
    several = replace(one, definitions={"mood": {"Good": "a smile"}, "topic": {}, "tone": {"Dry": "no joke"}})
    assert "labels:\n  Good: a smile\n---" in write_prompt_file(one)
    assert "labels:\n  mood:\n    Good: a smile\n  tone:\n    Dry: no joke\n---" in write_prompt_file(several)


@given(texts | lines, texts.filter(str.strip), texts, st.dictionaries(names, values, max_size=3))
def test_what_is_written_comes_back(template: str, model: str, note: str, parameters: dict[str, Any]) -> None:
    template = read_back(template)
    written = write_prompt_file(version(template, model, note, parameters))
    assert read_prompt_file(written) == PromptFile(template, model, note, parameters, project=7)


@given(texts | lines)
def test_a_system_part_comes_back(system: str) -> None:
    system = system.replace("\r\n", "\n").strip()
    written = write_prompt_file(replace(version("Say {text}"), system=system))
    assert read_prompt_file(written) == PromptFile("Say {text}", "m", project=7, system=system)


def test_a_system_part_stands_below_its_name_as_it_is() -> None:
    written = write_prompt_file(replace(version("Say {text}"), system='Judge: {moods}.\n\n- "Good" # praise'))
    assert 'system: |-\n  Judge: {moods}.\n\n  - "Good" # praise\n---\nSay {text}\n' in written


@pytest.mark.parametrize("value", ["12", "[a, b]", "{a: b}", "yes", "2024-01-01"])
def test_a_system_part_that_is_not_a_text_is_refused(value: str) -> None:
    with pytest.raises(PromptError, match="'system' must be a text"):
        read_prompt_file(f"---\nsystem: {value}\n---\nSay {{text}}\n")


def test_an_empty_system_part_is_none() -> None:
    assert read_prompt_file("---\nsystem:\n---\nSay {text}\n").system == ""
    assert read_prompt_file("---\nsystem: |\n\n---\nSay {text}\n").system == ""


def test_a_carriage_return_at_the_end_is_no_part_of_the_text() -> None:
    assert read_prompt_file("Say {text}\r").template == "Say {text}"


@pytest.mark.parametrize("source", ["auto", "samples:5", "none"])
def test_where_confidence_comes_from_is_in_the_header(source: str) -> None:
    written = write_prompt_file(replace(version("Say {text}"), confidence=source))
    assert ("confidence" in written) == (source != "auto")
    assert read_prompt_file(written).confidence == source


def test_a_source_of_confidence_that_is_none_is_not_taken_for_the_usual_one() -> None:
    assert read_prompt_file("---\nconfidence: no\n---\nSay {text}\n").confidence == "no"
    assert read_prompt_file("---\nconfidence:\n---\nSay {text}\n").confidence == "auto"


def read_back(text: str) -> str:
    """A template as versions hold it: files are where they come from."""
    assume(text.strip())
    try:
        return read_prompt_file(text).template
    except PromptError:
        assume(False)
        raise


@pytest.mark.parametrize(
    "text", ["Say {text}", "----\nSay {text}", "Say\n---\n{text}\n---\n", "---x\na: b\n---\n{text}"]
)
def test_without_a_header_the_whole_file_is_the_template(text: str) -> None:
    assert read_prompt_file(text) == PromptFile(text.strip("\n"))


def test_a_header_holds_model_note_and_parameters() -> None:
    text = '---\nmodel: gpt-4o-mini\nnote: shorter\ntemperature: 0.5\nstop: ["\\n"]\n---\nSay {text}\n'
    expected = PromptFile("Say {text}", "gpt-4o-mini", "shorter", {"temperature": 0.5, "stop": ["\n"]})
    assert read_prompt_file(text) == expected
    assert read_prompt_file("\ufeff" + text.replace("\n", "\r\n")) == expected


@given(sentences | st.dictionaries(texts.filter(str.strip), sentences.filter(bool), max_size=3))
def test_labels_come_back_as_they_are_written(labels: dict[str, Any]) -> None:
    assert read_prompt_file(file_text(PromptFile("Say {text}", labels=labels))).labels == labels


@given(
    st.lists(
        st.builds(
            Example,
            st.none() | st.integers(),
            st.dictionaries(texts, any_text, min_size=1, max_size=2),
            st.dictionaries(texts, texts | st.none() | st.lists(texts, max_size=2), max_size=2),
        ),
        min_size=1,
        max_size=3,
    )
)
def test_examples_come_back_whatever_their_texts(pool: list[Example]) -> None:
    examples = Examples(3, "similar", tuple(pool), "some-model")
    written = write_prompt_file(replace(version("Say {text}"), examples=examples))
    assert read_prompt_file(written).examples == examples
    assert len(written.splitlines()) - written.count("pool:") >= len(pool)


def test_an_example_stands_on_one_line() -> None:
    one = Example(3, {"text": "It is - fine: yes\n" * 9}, {"mood": "Good"})
    written = write_prompt_file(replace(version("Say {text}"), examples=Examples(1, "fixed", (one,))))
    assert "\nexamples:\n  number: 1\n  select: fixed\n  pool:\n  - {task: 3, values: {text: " in written
    assert written.count("\n") == 10


def test_labels_are_texts_whatever_yaml_would_make_of_them() -> None:
    text = "---\nlabels:\n  Yes: no\n  2: 2024-99-99\n  Blank:\n  'null': ~\n---\nSay {text}\n"
    assert read_prompt_file(text).labels == {"Yes": "no", "2": "2024-99-99", "Blank": "", "null": "~"}
    nested = "---\nlabels:\n  mood:\n    No: not at all\n---\nSay {text}\n"
    assert read_prompt_file(nested).labels == {"mood": {"No": "not at all"}}
    assert read_prompt_file("---\nlabels:\n---\nSay {text}\n").labels == {}


@pytest.mark.parametrize("listing", ["[a, b]", "Refund", "{a: [x]}", "{a: {b: {c: d}}}", "{a: x, a: y}"])
def test_labels_that_are_no_sentences_are_refused(listing: str) -> None:
    with pytest.raises(PromptError, match="each below the other"):
        read_prompt_file(f"---\nlabels: {listing}\n---\nSay {{text}}\n")


def test_a_colon_in_a_definition_is_answered_with_the_line_and_the_remedy() -> None:
    with pytest.raises(PromptError, match=r"in line 4: .*in double quotes"):
        read_prompt_file("---\nmodel: m\nlabels:\n  Refund: money back: all of it\n---\nSay {text}\n")


def test_a_header_names_the_project_and_other_parameters_apart() -> None:
    text = "---\nproject: 12\nmax_tokens: 5\nparameters:\n  top_k: 20\n  note: x\n---\nSay {text}\n"
    expected = PromptFile("Say {text}", parameters={"top_k": 20, "note": "x", "max_tokens": 5}, project=12)
    assert read_prompt_file(text) == expected


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("modle: x", "did you mean model?"),
        ("temprature: 0", "did you mean temperature?"),
        ("maxtokens: 5", "did you mean max_tokens?"),
        ("param: {top_k: 2}", "did you mean parameters?"),
        ("zzz: 1", "there are project, model"),
        ("top_k: 20", "goes below a line 'parameters:'"),
        ("project: twelve", "like 'project: 12'"),
        ("project: true", "like 'project: 12'"),
        ("project: 0", "like 'project: 12'"),
        ("parameters: 3", "each below the other"),
        ("parameters: {1: 2}", "each below the other"),
    ],
)
def test_a_header_with_something_unknown_is_refused(line: str, said: str) -> None:
    with pytest.raises(PromptError) as error:
        read_prompt_file(f"---\nmodel: m\n{line}\n---\nSay {{text}}\n")
    assert said in str(error.value)


@pytest.mark.parametrize("text", ["---\nSay {text}", "---\nmodel: x\n\nSay {text}\n", "---\n---x\n{text}"])
def test_a_header_that_does_not_end_is_refused(text: str) -> None:
    with pytest.raises(PromptError, match="has no end"):
        read_prompt_file(text)


def test_an_empty_header_says_nothing() -> None:
    assert read_prompt_file("---\n---\nSay {text}\n") == PromptFile("Say {text}")
    assert read_prompt_file("---\nnote:\nmodel:\n---\nSay {text}\n") == PromptFile("Say {text}")


@pytest.mark.parametrize("text", ["", " \n\t\n", "---\nmodel: x\n---\n", "---\nmodel: x\n---\n\n \n"])
def test_an_empty_prompt_is_refused(text: str) -> None:
    with pytest.raises(PromptError, match="The prompt is empty"):
        read_prompt_file(text)


@pytest.mark.parametrize(
    "head", ["a: b: c", "- a\n- b", "just words", "1: 2", "{", "a: !!python/object:os.system x", "a: 1"]
)
def test_a_header_that_is_none_is_refused(head: str) -> None:
    with pytest.raises(PromptError, match="header between the --- lines"):
        read_prompt_file(f"---\n{head}\n---\nSay {{text}}\n")


def test_an_alias_bomb_is_refused() -> None:
    lines = ['a: &a ["x", "x"]', *(f"{new}: &{new} [*{old}, *{old}]" for old, new in pairwise("abcdefghij"))]
    with pytest.raises(PromptError, match="not YAML"):
        read_prompt_file("---\n" + "\n".join(lines) + "\n---\n{text}")


@pytest.mark.slow
@pytest.mark.parametrize(
    "header",
    [
        "a: !!python/object/apply:os.getcwd []",
        "created: 2024-99-99",
        "[" * 5000,
        "note: \0",
        "note: \ud800",
        "labels: {[a]: b}",
    ],
)
def test_strange_headers_are_one_sentence(header: str) -> None:
    with pytest.raises(PromptError):
        read_prompt_file(f"---\n{header}\n---\n{{text}}")


def test_a_line_that_ends_in_dashes_is_no_fence() -> None:
    found = read_prompt_file("---\nmodel: m\nnote: the older one ---\n---\nSay {text}\n")
    assert (found.template, found.note, found.model) == ("Say {text}", "the older one ---", "m")


def test_a_file_names_its_connection_beside_its_model() -> None:
    written = write_prompt_file(replace(version("Say {text}", "meta-llama/Llama-3.1-8B"), connection="groq"))
    assert "model: meta-llama/Llama-3.1-8B\nconnection: groq\n" in written
    read = read_prompt_file(written)
    assert (read.connection, read.model) == ("groq", "meta-llama/Llama-3.1-8B")
    assert "connection" not in write_prompt_file(version("Say {text}"))
    with pytest.raises(PromptError, match="names a connection and no model"):
        read_prompt_file("---\nconnection: groq\n---\nSay {text}\n")


@pytest.mark.parametrize(
    "text",
    [
        "\n---\nmodel: other\n---\nSay {text}\n",
        "\ufeff \t\r\n\r\n---\r\nmodel: other\r\n---\r\nSay {text}\r\n",
        "--- \nmodel: other\n---\t\nSay {text}",
        "---\nmodel: other\n--- \n\nSay {text}\n\n",
    ],
)
def test_what_cannot_be_seen_around_a_fence_changes_nothing(text: str) -> None:
    assert read_prompt_file(text) == PromptFile("Say {text}", "other")


def test_a_line_below_empty_ones_is_counted_as_an_editor_does() -> None:
    with pytest.raises(PromptError, match=r"in line 4: "):
        read_prompt_file("\n\n---\nnote: a: b\n---\nSay {text}\n")


@pytest.mark.parametrize(("written", "note"), [("0", "0"), ("no", "no"), ("1.10", "1.10"), ("true", "true"), ("", "")])
def test_a_note_is_read_as_it_is_written(written: str, note: str) -> None:
    assert read_prompt_file(f"---\nnote: {written}\n---\nSay {{text}}\n").note == note


def test_a_model_is_read_as_it_is_written() -> None:
    assert read_prompt_file("---\nmodel: 1.10\n---\nSay {text}\n").model == "1.10"


@pytest.mark.parametrize(
    "header",
    ["model: a\nmodel: b", "parameters:\n  top_k: 1\n  top_k: 2", "labels:\n  A: x\nmodel: m\nlabels:\n  B: x"],
)
def test_a_name_that_stands_twice_is_refused(header: str) -> None:
    with pytest.raises(PromptError, match="twice: leave out one of them"):
        read_prompt_file(f"---\n{header}\n---\nSay {{text}}\n")


@given(texts | lines)
def test_a_text_that_is_cleaned_comes_back_from_a_file(text: str) -> None:
    """As a text that comes over the API is."""
    template = clean_text(text)
    assume(template.strip())
    assert read_prompt_file(write_prompt_file(version(template))).template == template


@pytest.mark.parametrize(
    "text",
    [
        "\n---\nText {text}\n",
        "--- \nText {text}\n",
        "\n---\nnotes about it\n---\nText {text}",
        "\n\n---\nReview: {text}\n---\nAnswer.",
        "---\t\nmodels: a\n---\nText {text}",
        "\n---\nmodel: a\nText {text}",
        "\n---\n---\nText {text}",
    ],
)
def test_a_rule_that_a_text_begins_with_is_no_fence(text: str) -> None:
    assert read_prompt_file(text) == PromptFile(text.strip("\n"))


def test_a_header_below_empty_lines_begins_with_a_known_name() -> None:
    expected = PromptFile("Say {text}", "other", "x")
    assert read_prompt_file("\n---\n\n# ours\nmodel: other\nnote: x\n---\nSay {text}\n") == expected
    with pytest.raises(PromptError, match="did you mean note"):
        read_prompt_file("\n---\nmodel: other\nnoet: x\n---\nSay {text}\n")


@pytest.mark.parametrize("then", ["{connection: 2.0, model: 1.10}", "\n  connection: 2.0\n  model: 1.10"])
def test_a_second_model_is_read_as_it_is_written(then: str) -> None:
    read = read_prompt_file(f"---\nmodel: m\nthen: {then}\n---\nSay {{text}}\n").second
    assert (read.then, read.connection) == ("1.10", "2.0")
