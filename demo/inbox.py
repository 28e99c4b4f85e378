"""The second project's messages and what people marked, chose, copied and rated in them, as Label Studio takes them.

In the file a mark stands in its text as `[desk lamp|Product]`; places are counted here.
"""

import json
import re
from pathlib import Path
from typing import Any

from label_studio_sdk import AnnotationRequest, ImportApiRequest

DATA = Path(__file__).parent / "data" / "inbox"
TITLE = "Inbox details"
TRUTHS = 14
_MARK = re.compile(r"\[([^|\]]+)\|([^\]]+)\]")

Json = dict[str, Any]


def config() -> str:
    return (DATA / "config.xml").read_text(encoding="utf-8")


def tasks() -> list[ImportApiRequest]:
    """The first TRUTHS have a ground-truth annotation."""
    messages = json.loads((DATA / "messages.json").read_text(encoding="utf-8"))
    return [_task(message, index < TRUTHS) for index, message in enumerate(messages)]


def _task(message: Json, truth: bool) -> ImportApiRequest:
    text, details = _marked(message["text"])
    if not truth:
        return ImportApiRequest(data={"text": text})
    annotation = AnnotationRequest(result=[*details, *_answers(message)], ground_truth=True)
    return ImportApiRequest(data={"text": text}, annotations=[annotation])


def _marked(raw: str) -> tuple[str, list[Json]]:
    """The text without its marks, and a region for each."""
    text, regions, read = "", [], 0
    for mark in _MARK.finditer(raw):
        text += raw[read : mark.start()]
        value = {"start": len(text), "end": len(text) + len(mark[1]), "text": mark[1], "labels": [mark[2]]}
        regions.append(_region("details", "labels", value))
        text, read = text + mark[1], mark.end()
    return text + raw[read:], regions


def _answers(message: Json) -> list[Json]:
    found = [_region("kind", "choices", {"choices": [message["kind"]]})]
    if message["request"] is not None:
        found.append(_region("request", "textarea", {"text": [message["request"]]}))
    return [*found, _region("urgency", "rating", {"rating": message["urgency"]})]


def _region(control: str, kind: str, value: Json) -> Json:
    return {"from_name": control, "to_name": "text", "type": kind, "value": value}
