"""The DOM's text is what Chromium had of the same HTML, inside Label Studio 1.23.2."""

import json
from pathlib import Path
from typing import Any

import pytest

from backend.domain.labels.inputs.dom import TextNode, pieces

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "data" / "html_cases.json").read_text("utf-8"))


def texts(html: str, inline: bool = False) -> list[TextNode]:
    return [one for one in pieces(html, inline) if isinstance(one, TextNode)]


def text(html: str, inline: bool = False) -> str:
    return "".join(node.text for node in texts(html, inline))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['name']}-{case['inline']}")
def test_the_text_is_the_browsers(case: dict[str, Any]) -> None:
    assert text(case["html"], case["inline"]) == case["dom_text"]


@pytest.mark.parametrize("case", [c for c in CASES if c["saved"]], ids=lambda case: f"{case['name']}-{case['inline']}")
def test_the_nodes_have_the_paths_that_the_screen_saves(case: dict[str, Any]) -> None:
    paths = [node.path for node in texts(case["html"], case["inline"])]
    assert {case["saved"]["start"], case["saved"]["end"]} <= set(paths)


@pytest.mark.parametrize(
    ("html", "inline", "expected"),
    [
        ("<style>p{color:red}</style><p>Bob</p>", True, "p{color:red}Bob"),
        ("<style>p{color:red}</style><p>Bob</p>", False, "Bob"),
        ("  <p>Bob</p>", True, "  Bob"),
        ("  <p>Bob</p>", False, "Bob"),
        ("<!DOCTYPE html><html><head><title>T</title></head><body>Bob</body></html>", False, "Bob"),
        ("<textarea><!-- kept --></textarea>Bob", True, "<!-- kept -->Bob"),
        ("<p title='<script>'>Bob</p>", False, "Bob"),
        ("Bob<script>unclosed", False, "Bob"),
        ('<iframe src="https://www.youtube.com/embed/x">in</iframe>Bob', True, "inBob"),
        ('<iframe src="http://www.youtube.com/embed/x">in</iframe>Bob', True, "Bob"),
        ('<iframe src="https://[">in</iframe>Bob', True, "Bob"),
        ("<p>x</p><noscript>NS <b>x</b></noscript>", False, "xNS <b>x</b>"),
        ("", False, ""),
        ("", True, ""),
        ("<plaintext>Bob", True, "Bob</plaintext>"),
    ],
)
def test_what_counts(html: str, inline: bool, expected: str) -> None:
    assert text(html, inline) == expected


def test_texts_around_what_is_taken_out_are_one_node() -> None:
    assert [(node.path, node.text) for node in texts("<p>a<!-- c -->b<script>x</script>c</p>")] == [
        ("/p[1]/text()[1]", "abc")
    ]


@pytest.mark.slow
@pytest.mark.parametrize("html", ["<div>" * 20_000 + "Bob", "<script" * 20_000, "<b>" * 20_000 + "Bob"])
def test_hostile_nesting_is_read(html: str) -> None:
    nodes = texts(html)
    assert "".join(node.text for node in nodes) in ("Bob", "")
    assert [node.path for node in nodes] in ([""], [])
