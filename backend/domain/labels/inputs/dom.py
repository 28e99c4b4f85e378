"""The text nodes of an HTML document, as the browser has them after Label Studio has taken out what may run.

Parsed by justhtml, which follows the HTML standard as browsers do (Python's own parser does not). What Label Studio
takes out (`sanitizeHtml` of its front end): scripts, comments, and frames of any site but YouTube's.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

_FRAMES = ("www.youtube.com", "youtube.com", "www.youtube-nocookie.com", "youtube-nocookie.com", "youtu.be")
_BLOCK = re.compile(
    "address|article|aside|blockquote|body|caption|center|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer"
    "|form|h[1-6]|header|hgroup|hr|legend|li|main|menu|nav|ol|optgroup|option|p|pre|section|select|summary|table|tbody"
    "|tfoot|thead|tr|ul"
)
_CELLS = frozenset(("td", "th"))
_HIDDEN = frozenset(("style", "title", "noscript", "datalist", "iframe"))
_DEEPEST = 512
"""Browsers nest no deeper, so nothing there has an XPath."""


@dataclass(frozen=True, slots=True)
class _Element:
    """Where in the tree something stands. `step`: of its XPath."""

    parent: "_Element | None"
    step: str
    depth: int
    hidden: bool


@dataclass(slots=True)
class TextNode:
    """`text` as it counts; `visible`: whether it is on the screen at all, as the text of <style> is not."""

    text: str
    step: str
    element: _Element

    @property
    def visible(self) -> bool:
        return not self.element.hidden

    @property
    def path(self) -> str:
        """Its XPath from the body, such as `/p[2]/text()[1]`; "" for a <br>, and where it is nested too deeply."""
        if not self.step or self.element.depth > _DEEPEST:
            return ""
        steps, element = [self.step], self.element
        while element.parent is not None:
            steps.append(element.step)
            element = element.parent
        return "/" + "/".join(reversed(steps))


@dataclass(frozen=True, slots=True)
class Gap:
    """What the eye sees between two texts although nothing counts there: a line break, or a tab between cells."""

    text: str


Piece = TextNode | Gap


def pieces(html: str, inline: bool = False) -> list[Piece]:
    """In document order. A <br> is a text node of a line break. `inline`: the document stands in the page, not in a
    frame of its own, and has no head."""
    from justhtml import JustHTML

    document = JustHTML(html, sanitize=False, fragment=inline, iframe_srcdoc=not inline)
    root = document.root if inline else next(iter(document.query("body")), None)
    return [] if root is None else list(_walk(root))


def _walk(root: Any) -> Iterator[Piece]:
    """Without recursion: documents may be nested as deeply as their authors like."""
    pending: list[Piece | tuple[Any, _Element]] = [(root, _Element(None, "", 0, False))]
    while pending:
        piece = pending.pop()
        if isinstance(piece, tuple):
            pending += reversed(_inside(*piece))
        else:
            yield piece


def _inside(node: Any, element: _Element) -> list[Piece | tuple[Any, _Element]]:
    """What stands in a node, gaps around it."""
    if node.name == "br":
        return [TextNode("\n", "", element)]
    gaps: list[Piece] = [Gap("\n")] if _BLOCK.fullmatch(node.name) else [Gap("\t")] if node.name in _CELLS else []
    closing = [TextNode("</plaintext>", "", element)] if node.name == "plaintext" else []
    return [*gaps, *_children(node, element), *closing, *gaps]


def _children(node: Any, element: _Element) -> list[Piece | tuple[Any, _Element]]:
    """What stays of a node's children; texts side by side are one."""
    counts, pieces = Counter[str](), list[Piece | tuple[Any, _Element]]()
    for child in node.children or ():
        last = pieces[-1] if pieces else None
        if child.name == "#text" and isinstance(last, TextNode):
            last.text += child.data or ""
        elif child.name == "#text":
            counts["text()"] += 1
            pieces.append(TextNode(child.data or "", f"text()[{counts['text()']}]", element))
        elif _stays(child):
            counts[child.name] += 1
            step, hidden = f"{child.name}[{counts[child.name]}]", element.hidden or child.name in _HIDDEN
            pieces.append((child, _Element(element, step, element.depth + 1, hidden)))
    return pieces


def _stays(element: Any) -> bool:
    if element.name == "iframe":
        return _is_allowed(str((element.attrs or {}).get("src") or ""))
    return element.name not in ("script", "#comment", "!doctype")


def _is_allowed(source: str) -> bool:
    try:
        url = urlsplit(source)
    except ValueError:
        return False
    return url.scheme == "https" and url.hostname in _FRAMES
