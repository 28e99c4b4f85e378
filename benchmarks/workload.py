"""The same tasks and the same prompt for every contender."""

import csv
import json
from itertools import cycle, islice
from pathlib import Path

from backend.domain.chat.request_builder import RequestBuilder
from backend.domain.chat.request_resources import RequestResources
from backend.domain.labels.config import read_config
from backend.domain.prompts.version import PromptVersion
from backend.domain.task import Task

ROOT = Path(__file__).resolve().parent.parent
BANKING = ROOT.parent / "shared" / "data" / "banking77_test.csv"
TEMPLATE = "Which intent does this customer have?\n\n{text}"


def rows() -> list[tuple[str, str]]:
    """(text, label): customer questions with 77 intents where that data set is there, else the demo's messages."""
    if BANKING.exists():
        with BANKING.open(encoding="utf-8") as file:
            return [(row["text"], row["category"]) for row in csv.DictReader(file)]
    found = json.loads((ROOT / "demo" / "data" / "tasks.json").read_text(encoding="utf-8"))
    return [(row["text"], row["topic"]) for row in found]


def tasks(number: int) -> list[Task]:
    """Distinct texts: identical ones would be asked once."""
    texts = islice(cycle(text for text, _ in rows()), number)
    return [Task(place, {"text": f"{text} ({place})"}) for place, text in enumerate(texts)]


def builder(url: str) -> RequestBuilder:
    labels = sorted({label for _, label in rows()})
    choices = "".join(f'<Choice value="{label}"/>' for label in labels)
    config = f'<View><Text name="t" value="$text"/><Choices name="intent" toName="t">{choices}</Choices></View>'
    schema = read_config(config)
    version = PromptVersion("bench", 1, 1, TEMPLATE, "stand-in", ("text",), schema.digest, {"temperature": 0})
    return RequestBuilder(version, schema, RequestResources(lambda _: url))
