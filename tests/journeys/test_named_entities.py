"""Named entities for real: sentences of Wikipedia, asked about, quoted as models quote, placed, judged and pushed.

Without the 848 sentences beside the project, made-up ones take their place.
"""

import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from backend.domain.labels.placement.location import Location, Quote, locate
from backend.domain.labels.placement.normal_text import EXACT, FOLD, needle_of
from benchmarks.spans import Sentence, answer, perturbed, sentence_of, tagged
from tests.answering import QuietHandler, serving
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import Json, StudioProject

WIKIGOLD = Path(__file__).resolve().parents[3] / "shared" / "data" / "wikigold_a.conll.txt"
LABELS = ("PER", "ORG", "LOC", "MISC")
CONFIG = f"""<View>
  <Labels name="ner" toName="text">{"".join(f'<Label value="{label}"/>' for label in LABELS)}</Labels>
  <Text name="text" value="$text"/>
</View>"""
NAMES = 200
"""Of each label, those that the prompt lists for the stand-in."""

Answers = Mapping[str, str]
"""Text -> what the model says of it."""


PEOPLE = ("Anna Berg", "Émile Noël", "Ben Ó Briain", "Li Na")
FIRMS = ("Acme Mills", "Blue Sky Bank", "Müller")
PLACES = ("Oslo", "São Paulo", "Bad Ems")


@pytest.fixture(scope="module")
def sentences() -> list[Sentence]:
    """Each text once."""
    found = tagged(WIKIGOLD) if WIKIGOLD.exists() else map(made_up, range(120))
    return list({text: (text, spans) for text, spans in found}.values())


def made_up(number: int) -> Sentence:
    names = [(PEOPLE[number % 4], "PER"), ("of", "O"), (FIRMS[number % 3], "ORG"), ("came to", "O")]
    names += [(PLACES[number // 4 % 3], "LOC"), (f"on day {number} .", "O")]
    return sentence_of([(token, label) for name, label in names for token in name.split()])


@pytest.fixture(scope="module")
def project(label_studio: RunningLabelStudio, sentences: list[Sentence]) -> StudioProject:
    truths = [[region(text, *span) for span in spans] for text, spans in sentences]
    return StudioProject.made(label_studio, [{"text": text} for text, _ in sentences], truths, CONFIG)


def region(text: str, start: int, end: int, label: str) -> Json:
    value = {"start": start, "end": end, "text": text[start:end], "labels": [label]}
    return {"from_name": "ner", "to_name": "text", "type": "labels", "value": value}


@contextmanager
def answering(answers: Answers) -> Iterator[str]:
    """The address of a model that says of each text what `answers` has for it."""

    class NamingHandler(QuietHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.received())
            message = asked["messages"][-1]["content"]
            said = answers[max((text for text in answers if message.endswith(text)), key=len)]
            usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
            choice = {"index": 0, "message": {"role": "assistant", "content": said}, "finish_reason": "stop"}
            self.answer(json.dumps({"model": asked["model"], "choices": [choice], "usage": usage}).encode())

    with serving(NamingHandler) as url:
        yield f"{url}/v1"


def quotes_of(said: str) -> list[Quote]:
    return [Quote(item["text"], item["label"], item["before"]) for item in json.loads(said)["ner"]]


def of_version(project: StudioProject, tag: str) -> list[Json]:
    return [prediction for prediction in project.predictions() if prediction["model_version"] == tag]


def spans_of(prediction: Json) -> list[tuple[int, int, str, str]]:
    values = [region["value"] for region in prediction["result"]]
    return [(value["start"], value["end"], value["labels"][0], value["text"]) for value in values]


def test_quotes_as_models_change_them_are_placed_or_listed(
    mine: Installation, project: StudioProject, sentences: list[Sentence]
) -> None:
    """Every span that Label Studio is given holds what was quoted, and each other quote is listed with its reason."""
    rng = random.Random(7)
    answers = {text: answer((text, spans), perturbed, rng) for text, spans in sentences}
    with answering(answers) as url:
        asked = mine.but(OPENAI_BASE_URL=url)
        tag = asked.save("names", project.id, "Find the names.\n\n{text}")
        judged = asked.command("evaluate", tag, "--json").json
        asked.command("run", tag, "--on", "all")
        shown = asked.command("evaluate", tag).out
    quotes_by_text = {text: quotes_of(said) for text, said in answers.items()}
    placements = {text: locate(text, quotes) for text, quotes in quotes_by_text.items()}
    without_place = [text for text, of in placements.items() if of and not any(isinstance(one, Location) for one in of)]
    told = sum(len(of) for text, of in placements.items() if text not in without_place)
    assert judged["rejections"] == ({"unlocated": len(without_place)} if without_place else {})
    located, unlocated = judged["quotes"]["located"], judged["quotes"]["unlocated"]
    assert sum(located.values()) + sum(unlocated.values()) == told
    assert set(located) == {"exact", "space", "fold"}
    assert f"{sum(located.values())} located ({located['exact']} exact" in shown
    texts = {task["id"]: task["data"]["text"] for task in project.tasks()}
    spans = 0
    for prediction in of_version(project, tag):
        text = texts[prediction["task"]]
        quoted = Counter((needle_of(quote.text, FOLD), quote.label) for quote in quotes_of(answers[text]))
        for start, end, label, marked in spans_of(prediction):
            assert marked == text[start:end]
            assert quoted[needle_of(marked, FOLD), label]
            spans += 1
    placed = (
        (text, one, quote.label)
        for text, of in placements.items()
        for one, quote in zip(of, quotes_by_text[text], strict=True)
    )
    assert spans == len({locate for locate in placed if isinstance(locate[1], Location)})
    assert unlocated["absent"]
    assert "absent" in mine.command("results", tag, "--wrong").out


def test_the_stand_in_marks_the_names_that_the_prompt_lists(
    mine: Installation, project: StudioProject, sentences: list[Sentence]
) -> None:
    """It quotes exactly, so that each of its spans has its place, right or wrong."""
    names = {label: Counter[str]() for label in LABELS}
    for text, spans in sentences:
        for start, end, label in spans:
            if (name := text[start:end]).replace(" ", "").isalnum():
                names[label][name] += 1
    listed = "\n".join(f"- {label}: {', '.join(dict(names[label].most_common(NAMES)))}" for label in LABELS)
    tag = mine.save("listed", project.id, f"Mark the names.\n\n{listed}\n\n{{text}}")
    judged = mine.command("evaluate", tag, "--json").json
    assert set(judged["quotes"]["located"]) == {EXACT}
    scores = judged["controls"]["ner"]
    assert 0.2 < scores["span_f1"]["value"] <= scores["character_f1"]["value"] <= 1
    assert scores["span_f1"]["ci"][0] <= scores["span_f1"]["value"] <= scores["span_f1"]["ci"][1]
    texts = {task["id"]: task["data"]["text"] for task in project.tasks()}
    mine.command("run", tag, "--on", "all")
    for prediction in of_version(project, tag):
        assert all(text == texts[prediction["task"]][start:end] for start, end, _, text in spans_of(prediction))
