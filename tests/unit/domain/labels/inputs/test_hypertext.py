"""HTML: places in the DOM's text, whatever way they are named, and quotes from what a model reads of it."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.labels.inputs.dom import TextNode
from backend.domain.labels.inputs.hypertext import HyperTextDom
from backend.domain.labels.placement.location import Location, Quote

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "data" / "html_cases.json").read_text("utf-8"))
SAVED = [case for case in CASES if case["saved"]]


@pytest.mark.parametrize("case", SAVED, ids=lambda case: f"{case['name']}-{case['inline']}")
def test_what_the_screen_saved_is_read(case: dict[str, Any]) -> None:
    dom, saved = HyperTextDom.of(case["html"], case["inline"]), case["saved"]
    span = (saved["globalOffsets"]["start"], saved["globalOffsets"]["end"])
    assert dom.span(saved) == span
    assert dom.span({key: value for key, value in saved.items() if key != "globalOffsets"}) == span
    assert dom.text[slice(*span)] == case["quote"]
    assert dom.span(dom.value(*span)) == span
    assert dom.value(*span)["text"] == case["quote"]


@pytest.mark.parametrize("case", SAVED, ids=lambda case: f"{case['name']}-{case['inline']}")
def test_the_quote_is_placed_where_a_person_marked_it(case: dict[str, Any]) -> None:
    dom, offsets = HyperTextDom.of(case["html"], case["inline"]), case["saved"]["globalOffsets"]
    [found] = dom.locate([Quote(case["quote"], "PER")])
    assert isinstance(found, Location)
    assert (found.start, found.end) == (offsets["start"], offsets["end"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['name']}-{case['inline']}")
def test_every_character_on_the_screen_is_quoted_from_where_a_model_reads_it(case: dict[str, Any]) -> None:
    dom = HyperTextDom.of(case["html"], case["inline"])
    index = 0
    for node in (piece for piece in dom.pieces if isinstance(piece, TextNode)):
        for offset, character in enumerate(node.text if node.visible else ""):
            quote = dom.quote(index + offset, index + offset + 1, "L")
            assert quote.text == character
            assert dom.prompt.startswith(quote.before + character)
        index += len(node.text)


HTML = "<p>😀 Anna</p><p>met Dan</p>"
PLACED = {"startOffset": 0, "endOffset": 0}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"start": "/p[2]/text()[1]", "startOffset": 4, "end": "/p[2]/text()[1]", "endOffset": 7}, (10, 13)),
        ({"start": "/p[1]/text()[1]", "startOffset": 3, "end": "/p[1]/text()", "endOffset": 7}, (2, 6)),
        ({"start": "/p/text()", "startOffset": 3, "end": "/p/text()", "endOffset": 7}, (2, 6)),
        ({"start": "", "end": "", **PLACED, "globalOffsets": {"start": 10, "end": 13}}, (10, 13)),
        ({"start": "/h1[1]/text()[1]", "end": "/h1", **PLACED, "globalOffsets": {"start": 10, "end": 13}}, (10, 13)),
        ({"start": 10, "end": 13}, (10, 13)),
        ({"start": "", "end": "", **PLACED, "globalOffsets": {"start": 10, "end": 99}}, (10, 13)),
        ({"start": "", "end": "", **PLACED, "globalOffsets": {"start": 90, "end": 99}}, None),
        ({"start": "", "end": "", **PLACED, "globalOffsets": [1, 2]}, None),
        ({"start": "", "end": "", "globalOffsets": {"start": 10, "end": 13}}, None),
        ({"globalOffsets": {"start": 10, "end": 13}}, None),
        ({}, None),
    ],
)
def test_ways_to_name_a_place(value: dict[str, Any], expected: object) -> None:
    assert HyperTextDom.of(HTML).span(value) == expected


def test_a_model_reads_blocks_apart() -> None:
    table = "<table><tr><td>Name</td><td>Zoé</td></tr><tr><td>City</td><td>Tokyo</td></tr></table><p>One<br>two</p>"
    assert HyperTextDom.of(table).prompt == "Name\tZoé\nCity\tTokyo\nOne\ntwo"
    assert HyperTextDom.of("<div>\n  <p>One</p>\n  <p>Two</p>\n</div>").prompt == "\n  One\n  Two\n"
    assert HyperTextDom.of("<style>p{}</style><p>Bob</p>", inline=True).prompt == "Bob"


def test_a_quote_over_blocks_is_a_place_in_the_dom() -> None:
    dom = HyperTextDom.of("<style>p{}</style><h1>Annual</h1><p>Report</p><p>end</p>", inline=True)
    [both, one] = dom.locate([Quote("Annual\nReport", "T"), Quote("Report", "T", "Annual")])
    assert isinstance(both, Location)
    assert isinstance(one, Location)
    assert dom.text[both.start : both.end] == "AnnualReport"
    assert dom.text[one.start : one.end] == "Report"


fragments = st.sampled_from(
    ["<p>", "</p>", "<td>", "<br>", "Bob ", " Zoé", "😀", "\n", "<b>", "</b>", "&amp;", "<li>x"]
)


@given(st.lists(fragments, max_size=20).map("".join), st.booleans(), st.data())
def test_what_is_quoted_from_the_prompt_stands_in_the_dom(html: str, inline: bool, data: st.DataObject) -> None:
    dom = HyperTextDom.of(html, inline)
    start = data.draw(st.integers(0, len(dom.prompt)))
    quote = dom.prompt[start : data.draw(st.integers(start, len(dom.prompt)))]
    [found] = dom.locate([Quote(quote, "L", dom.prompt[max(0, start - 5) : start])])
    if isinstance(found, Location):
        assert "".join(dom.text[found.start : found.end].split()) == "".join(quote.split())
        assert dom.span(dom.value(found.start, found.end)) == (found.start, found.end)
