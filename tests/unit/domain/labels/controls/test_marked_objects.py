"""<HyperTextLabels>, <ParagraphLabels>, and <Labels> on HTML and dialogues: asked, placed, written, read."""

from typing import Any

import pytest

from backend.domain.answer import MarkedSpan, Spans
from backend.domain.chat.request import ChatRequest
from backend.domain.chat.request_builder import RequestBuilder
from backend.domain.few_shot.messages import ExampleOwners
from backend.domain.labels.config import read_config
from backend.domain.labels.reading import as_read
from backend.domain.labels.regions import from_result, to_result
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Failure, Rejection
from backend.domain.prompts.examples import Example, Examples
from backend.domain.task import Task
from tests.scripted import at, version

HTML = '<HyperText name="shown" value="$text"/>'
TURNS = '<Paragraphs name="shown" value="$text"/>'
EMOJI = [{"author": "A", "text": "Hi"}, {"author": "B", "text": "😀 I met Bob"}]


def schema(tag: str, shown: str, text: Any = None) -> LabelSchema:
    """Bound to a task with `text`, where there is one."""
    found = read_config(f'<View><{tag} name="ner" toName="shown"><Label value="PER"/></{tag}>{shown}</View>')
    bound = found if text is None else found.for_task({"text": text})
    assert not isinstance(bound, Failure)
    return bound


def quote(text: str, before: str = "", **turn: Any) -> dict[str, Any]:
    return {**turn, "label": "PER", "text": text, "before": before}


def parsed(bound: LabelSchema, *quotes: Any) -> Any:
    found = bound.parse({"ner": list(quotes)})
    assert not isinstance(found, Rejection)
    return found


def place(shown: LabelSchema, value: dict[str, Any]) -> Any:
    """The place of the only span that a region with this value marks; None for no span."""
    (control,) = shown.fields
    region = {"from_name": "ner", "to_name": "shown", "type": control.tag.lower(), "value": value}
    held = from_result([region], shown)["ner"]
    return (held.spans[0].start, held.spans[0].end) if isinstance(held, Spans) else None


@pytest.mark.parametrize(("shown", "text"), [(HTML, "<p>Anna <b>Berg</b></p>"), (TURNS, EMOJI)])
def test_labels_marks_them_too_under_its_own_key(shown: str, text: Any) -> None:
    bound = schema("Labels", shown, text)
    answer = parsed(bound, quote("Bob", turn=1) if text is EMOJI else quote("Anna Berg"))
    (region,) = to_result(answer, bound)
    assert (region["type"], region["value"]["labels"]) == ("labels", ["PER"])
    assert isinstance(region["value"]["start"], str)
    assert from_result([region], bound) == answer


def test_what_the_screen_itself_saves_in_html() -> None:
    """XPaths win, in UTF-16; without one that leads somewhere, code points of the whole count."""
    bound = schema("HyperTextLabels", HTML, "<p>One</p><p>😀 Anna 😀 Bob</p>")
    path = {"start": "/p[2]/text()[1]", "end": "/p[2]/text()[1]", "startOffset": 11, "endOffset": 14}
    label = {"hypertextlabels": ["PER"]}
    assert place(bound, {**path, **label}) == (12, 15)
    assert place(bound, {**path, "globalOffsets": {"start": 0, "end": 3}, **label}) == (12, 15)
    lost = {**path, "start": "/div[1]/text()[1]"}
    assert place(bound, {**lost, "globalOffsets": {"start": 12, "end": 500}, **label}) == (12, 15), "cut to the text"
    assert place(bound, {**path, "labels": ["PER"]}) is None, "another control's key"


def test_inline_html_counts_what_a_frame_does_not() -> None:
    text = "<style>p{color:red}</style><p>Bob</p>"
    starts = []
    for shown in (HTML, HTML.replace("/>", ' inline="true"/>')):
        (region,) = to_result(parsed(schema("HyperTextLabels", shown, text), quote("Bob")), schema("Labels", HTML))
        starts.append(region["value"]["globalOffsets"]["start"])
    assert starts == [0, 12]
    inline = schema("HyperTextLabels", HTML.replace("/>", ' inline="true"/>'))
    assert inline.digest != schema("HyperTextLabels", HTML).digest


def test_an_example_quotes_html_as_the_model_reads_it() -> None:
    """A span over two cells, whose texts touch in the DOM, is a quote with what stands between them in the prompt."""
    bound = schema("HyperTextLabels", HTML, "<table><tr><td>Anna</td><td>Berg</td></tr></table>")
    (control,) = bound.fields
    both = Spans((MarkedSpan(0, 8, "PER"),))
    assert control.to_json(both) == [quote("Anna\tBerg")]
    assert parsed(bound, *control.to_json(both)) == {"ner": both}
    assert control.to_json(Spans((MarkedSpan(4, 8, "PER"),))) == [quote("Berg", "Anna")]


def test_a_quote_is_looked_for_in_its_turn_alone() -> None:
    bound = schema("ParagraphLabels", TURNS, [*EMOJI, {"author": "A", "text": "Bob?"}])
    assert [one.start for one in parsed(bound, quote("Bob", turn=2), quote("Bob", turn=1))["ner"].spans] == [11, 15]
    assert isinstance(bound.parse({"ner": [quote("Bob", turn=0)]}), Rejection), "it has no place there"


@pytest.mark.parametrize(
    ("turn", "reason"), [(None, "missing_field"), ("1", "wrong_type"), (True, "wrong_type"), (1.0, "wrong_type")]
)
def test_a_quote_needs_the_number_of_its_turn(turn: Any, reason: str) -> None:
    found = schema("ParagraphLabels", TURNS, EMOJI).parse({"ner": [quote("Bob", turn=turn)]})
    assert isinstance(found, Rejection)
    assert found.reason == reason


@pytest.mark.parametrize("turn", [-1, 2, 10**9])
def test_a_turn_that_there_is_not_is_out_of_range(turn: int) -> None:
    found = schema("ParagraphLabels", TURNS, EMOJI).parse({"ner": [quote("Bob", turn=turn)]})
    assert isinstance(found, Rejection)
    assert found.reason == "out_of_range"


@pytest.mark.parametrize(
    ("start", "offsets", "wanted"),
    [("1", (9, 12), (11, 14)), (1, (9, 12), None), ("1", (None, None), None), ("40", (0, 2), None)],
)
def test_turns_are_strings_and_their_offsets_utf16(start: Any, offsets: Any, wanted: Any) -> None:
    value = {"start": start, "end": start, "startOffset": offsets[0], "endOffset": offsets[1]}
    assert place(schema("ParagraphLabels", TURNS, EMOJI), {**value, "paragraphlabels": ["PER"]}) == wanted


@pytest.mark.parametrize("value", ["Hello", [], ["Hello"], [{"who": "A", "says": "Hello"}], None])
def test_what_is_not_a_list_of_turns_is_a_bad_task(value: Any) -> None:
    found = schema("ParagraphLabels", TURNS).for_task({"text": value})
    assert isinstance(found, Failure)
    assert "is not a list of turns" in found.detail
    own = schema("ParagraphLabels", TURNS.replace("/>", ' nameKey="who" textKey="says"/>'))
    assert isinstance(own.for_task({"text": value}), Failure) != (isinstance(value, list) and "who" in str(value))


def test_a_request_holds_what_is_shown() -> None:
    config = schema("HyperTextLabels", HTML)
    task = Task(1, {"text": "<p>Anna</p><script>x</script>"})
    request = RequestBuilder(version("{text}"), config, at("http://localhost")).request(task)
    assert isinstance(request, ChatRequest)
    assert request.user == "Anna"


def test_a_copy_of_an_example_is_known_by_what_is_shown() -> None:
    """Its answer would be in the request, whatever the tags around its words are."""
    config = schema("HyperTextLabels", HTML)
    pool = (Example(5, {"text": "Anna"}, {"ner": []}), Example(6, {"text": "Bob"}, {"ner": []}))
    asked = version("{text}", examples=Examples(2, "random", pool))
    copy = Task(7, {"text": "<p>Anna</p>"})
    assert ExampleOwners(asked).has(as_read(copy, config))
    request = RequestBuilder(asked, config, at("http://localhost")).request(copy)
    assert isinstance(request, ChatRequest)
    assert [turn[0] for turn in request.example_turns] == ["Bob"]


@pytest.mark.parametrize("tag", ["HyperTextLabels", "ParagraphLabels"])
def test_a_version_of_before_goes_on_without_it(tag: str) -> None:
    shown = HTML if tag == "HyperTextLabels" else TURNS
    rest = f'{shown}<Choices name="c" toName="shown"><Choice value="a"/></Choices>'
    old = read_config(f"<View>{rest}</View>")
    now = read_config(f'<View><{tag} name="ner" toName="shown"><Label value="PER"/></{tag}>{rest}</View>')
    assert now.fits(old.digest)
    assert now.as_of(old.digest).names == ("c",)
