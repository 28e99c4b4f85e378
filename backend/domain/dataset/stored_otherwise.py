"""Stored otherwise: ground truths that Label Studio's screen stores differently from what it shows. They are read as
the screen shows them, and are counted.

Label Studio 1.23 keeps values of `<Rating>`, `<Number>`, `<DateTime>` and spans that a condition hides. It stores
January for `<DateTime only="month,year">`, whatever month was chosen, and rolls impossible days over. It keeps the
`text` of an imported span, whatever stands at its offsets. A span that was resized behind an emoji has a `text` that
fits its wrong end, so it cannot be told from one that was meant.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from backend.domain.answer import Answer, Moment, spans_of
from backend.domain.labels.controls.base import Control, Region
from backend.domain.labels.regions import others_of
from backend.domain.labels.schema import LabelSchema

HIDDEN, DATE, TEXT = "hidden", "date", "text"
KINDS = (HIDDEN, DATE, TEXT)

_SPACES = re.compile(r"(?:\s|\\[nr])+")
"""Of a line break, Label Studio's `text` has the two characters of its escape."""


def stored_otherwise(result: Sequence[Region], answer: Answer, schema: LabelSchema) -> tuple[str, ...]:
    """The KINDS of which an annotation has something. `answer`: what it was read as."""
    by_name: dict[str, list[Region]] = {}
    for region in result:
        if isinstance(region, Mapping) and isinstance(region.get("value"), Mapping):
            by_name.setdefault(str(region.get("from_name")), []).append(region)
    visible = schema.on_screen(answer, others_of(result, schema)).by_name
    return tuple(dict.fromkeys(_kinds_of(by_name, answer, schema.fields, visible)))


def _kinds_of(
    by_name: Mapping[str, Sequence[Region]], answer: Answer, fields: Sequence[Control], visible: Mapping[str, Control]
) -> Iterator[str]:
    for field in fields:
        regions = [region for name in field.from_names(by_name) for region in by_name[name]]
        if regions and field.name not in visible:
            yield HIDDEN
        elif regions and field.holds is Moment:
            yield from [DATE] * _is_other_date(field, regions[-1], answer)
        elif any(_has_other_text(field, region) for region in regions):
            yield TEXT


def _is_other_date(field: Control, stored: Region, answer: Answer) -> bool:
    written = [region["value"] for region in field.to_regions(answer.get(field.name))]
    return not field.keeps(answer.get(field.name)) or (bool(written) and not _same_date(stored["value"], written[0]))


def _same_date(stored: Mapping[str, Any], written: Mapping[str, Any]) -> bool:
    """Of a time of day, seconds may be stored too."""
    return str(stored.get("datetime")).startswith(str(written["datetime"]))


def _has_other_text(field: Control, region: Region) -> bool:
    """Not of dialogues, where Label Studio writes the layout of the screen into the text."""
    value: Mapping[str, Any] = region["value"]
    text, of_turn = value.get("text"), "startOffset" in value and "globalOffsets" not in value
    if not isinstance(text, str) or not text or of_turn:
        return False
    return any(_plain(span.text) != _plain(text) for span in spans_of(field.from_regions([region])))


def _plain(text: str) -> str:
    return _SPACES.sub("", text.replace("\0", ""))
