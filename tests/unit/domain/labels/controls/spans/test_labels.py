"""<Labels> on <Text>: what is asked for, where quotes are placed, and which regions are written and read."""

from typing import Any

import pytest

from backend.domain.answer import Answer, MarkedSpan, Spans, UnlocatedQuote
from backend.domain.answer_json import answer_json
from backend.domain.labels.config import read_config
from backend.domain.labels.regions import from_result, to_result
from backend.domain.labels.schema import LabelSchema
from backend.domain.metrics.classification import score
from backend.domain.outcome import Failure, Outcome, Rejection, Truth

TEXT = '<Text name="text" value="$text"/>'
LABELS = """<Labels name="ner" toName="text" {}>
  <Label value="Person" alias="PER" hint="people"/><Label value="ORG"/>
</Labels>"""


def schema(text: str | None = None, attributes: str = "") -> LabelSchema:
    """Bound to a task with `text`, where there is one."""
    found = read_config(f"<View>{LABELS.format(attributes)}{TEXT}</View>")
    bound = found if text is None else found.for_task({"text": text})
    assert not isinstance(bound, Failure)
    return bound


def quote(text: str, label: str = "Person", before: str = "") -> dict[str, str]:
    return {"label": label, "text": text, "before": before}


def said(text: str, *quotes: Any) -> Any:
    """What an answer with these quotes is taken for."""
    found = schema(text).parse({"ner": list(quotes)})
    return found if isinstance(found, Rejection) else found["ner"]


def region(start: Any, end: Any, *labels: str, text: str = "") -> dict[str, Any]:
    value = {"start": start, "end": end, "text": text, "labels": list(labels)}
    return {"from_name": "ner", "to_name": "text", "type": "labels", "value": value}


def test_the_model_is_told_what_to_copy_and_from_where() -> None:
    lines = schema().describe({"ner": {"ORG": "firms"}}, "").splitlines()
    assert lines[0].startswith('"ner": a list of all mentions in "text"')
    assert lines[1:] == ["- Person: people", "- ORG: firms"]


def test_the_stored_name_is_the_alias_and_the_slice_is_the_tasks() -> None:
    found = said("“Anna’s”\u00a0Acme", quote('"anna\'s" acme', "person"))
    assert found == Spans((MarkedSpan(0, 13, "PER"),))
    assert (found.spans[0].text, found.spans[0].tier) == ("“Anna’s”\u00a0Acme", "fold")


def test_repeated_nested_and_equal_quotes() -> None:
    text = "Bob met Bob of Acme Bob AS."
    nested = said(text, quote("Bob", before="Acme"), quote("Acme Bob AS", "ORG"), quote("Acme Bob AS", "ORG"))
    assert nested == Spans((MarkedSpan(15, 26, "ORG"), MarkedSpan(20, 23, "PER")))
    every = said(text, quote("Bob"), quote("Bob"), quote("Bob"))
    assert [span.start for span in every.spans] == [0, 8, 20]


def test_what_is_ambiguous_or_absent_is_listed_and_never_guessed() -> None:
    found = said("Bob met Bob and Zoe\u0301 of Acme.", quote("Acme", "ORG"), quote("Bob"), quote("Zoe"), quote(" "))
    assert found.spans == (MarkedSpan(24, 28, "ORG"),)
    lost = {one.text: one.reason for one in found.unlocated}
    assert lost == {"Bob": "ambiguous", "Zoe": "absent", " ": "empty"}
    assert 'ORG "Acme" at 24, ' in schema().by_name["ner"].show(found)
    assert 'absent: PER "Zoe"' in schema().by_name["ner"].show(found)
    assert len(to_result({"ner": found}, schema())) == 1
    assert {"label": "PER", "text": "Zoe", "unlocated": "absent"} in answer_json({"ner": found})["ner"]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("Bob", "wrong_type"),
        (["Bob"], "wrong_type"),
        ([{"label": "Person", "text": 3}], "wrong_type"),
        ([{"label": "Person", "text": "Bob", "before": 3}], "wrong_type"),
        ([{"text": "Bob"}], "missing_field"),
        ([{"label": "Person"}], "missing_field"),
        ([quote("Bob", "LOC")], "unknown_choice"),
        ([{"label": ["Person"], "text": "Bob"}], "unknown_choice"),
        ([quote("Bobby")], "unlocated"),
        ([quote("Bob")] * 1001, "too_many"),
    ],
)
def test_what_can_not_be_used_is_rejected(value: Any, reason: str) -> None:
    found = schema("Bob.").parse({"ner": value})
    assert isinstance(found, Rejection)
    assert found.reason == reason


@pytest.mark.parametrize("value", [[], None])
def test_no_mention_is_an_answer(value: Any) -> None:
    assert schema("Bob.").parse({"ner": value}) == {"ner": None}
    assert schema("Bob.").equal({"ner": None}, from_result([], schema("Bob.")))


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [
        (0, 4, (0, 4)),
        ("0", 4.0, (0, 4)),
        (-3, 4, (0, 4)),
        (5, 500, (5, 9)),
        (4, 4, None),
        (4, 2, None),
        (0.5, 4, None),
        (None, 4, None),
        (100, 200, None),
        (True, 4, None),
    ],
)
def test_a_truth_is_read_as_the_screen_shows_it(start: Any, end: Any, shown: tuple[int, int] | None) -> None:
    """Measured with Label Studio 1.23.2."""
    found = from_result([region(start, end, "PER", text="something else")], schema("Anna\nBob."))["ner"]
    assert found == (None if shown is None else Spans((MarkedSpan(*shown, "PER"),)))
    if isinstance(found, Spans) and shown is not None:
        assert found.spans[0].text == "Anna\nBob."[slice(*shown)]


PLACED = {"start": 0, "end": 4}


@pytest.mark.parametrize("value", [None, {}, PLACED, *(PLACED | {"labels": labels} for labels in ("PER", [], [3]))])
def test_regions_that_mark_nothing(value: Any) -> None:
    found = from_result([{"from_name": "ner", "value": value}], schema("Anna"))
    assert found == {"ner": None}


def test_the_browser_drops_nul_and_counts_without_it() -> None:
    found = said("a\0Anna", quote("Anna"))
    assert found == Spans((MarkedSpan(1, 5, "PER"),))


def test_two_labels_of_one_place_are_two_regions_unless_a_region_may_have_several() -> None:
    quotes = {"ner": [quote("Acme"), quote("Acme", "ORG")]}
    for attributes, regions in (("", [["ORG"], ["PER"]]), ('choice="multiple"', [["ORG", "PER"]])):
        bound = schema("Acme", attributes)
        answer = bound.parse(quotes)
        assert not isinstance(answer, Rejection)
        result = to_result(answer, bound)
        assert [one["value"]["labels"] for one in result] == regions
        assert from_result(result, bound) == answer
        assert from_result(result, schema(None, attributes)) == answer, "also where the text is not known"


def test_without_a_text_the_form_is_checked_and_nothing_is_placed() -> None:
    assert schema().parse({"ner": [quote("Bob")]}) == {"ner": Spans((), (UnlocatedQuote("PER", "Bob", "absent"),))}
    assert isinstance(schema().parse({"ner": [quote("Bob", "LOC")]}), Rejection)


def test_a_field_that_is_no_text_is_a_bad_task() -> None:
    found = schema().for_task({"text": ["a", "b"]})
    assert isinstance(found, Failure)
    assert found.kind == "bad_task"
    number = schema().for_task({"text": 1984})
    assert not isinstance(number, Failure)
    assert number.parse({"ner": [quote("1984")]}) == {"ner": Spans((MarkedSpan(0, 4, "PER"),))}


def test_precision_and_recall_are_counted_over_spans() -> None:
    bound = schema("Anna of Acme met Bob.")
    wanted = [region(0, 4, "PER"), region(8, 12, "ORG"), region(17, 20, "PER")]
    truths = [Truth(1, from_result(wanted, bound))]
    answer = bound.parse({"ner": [quote("Anna"), quote("Acme"), quote("Zoe")]})
    assert not isinstance(answer, Rejection)
    found = score([Outcome(1, answer)], truths, bound)
    person, firm = found.per_label["PER"], found.per_label["ORG"]
    assert person.precision == pytest.approx(1 / 3)
    assert (person.recall, person.support) == (0.5, 2)
    assert (firm.precision, firm.recall, firm.support) == (None, 0, 1)
    assert found.f1_micro == pytest.approx(2 / 6)
    assert found.accuracy == 0


def test_how_much_of_an_answer_is_right() -> None:
    control = schema("Anna Bob").by_name["ner"]
    one, both = Spans((MarkedSpan(0, 4, "PER"),)), Spans((MarkedSpan(0, 4, "PER"), MarkedSpan(5, 8, "PER")))
    assert control.partial(one, both) == pytest.approx(2 / 3)
    assert (control.partial(one, one), control.partial(None, one), control.partial(None, None)) == (1, 0, 1)


def test_labels_that_were_renamed_or_are_gone() -> None:
    control = schema().by_name["ner"]
    old = Spans((MarkedSpan(0, 4, "HUMAN"),), (UnlocatedQuote("HUMAN", "Bob", "absent"),))
    assert control.removed_classes(old) == ["HUMAN"]
    new = Spans((MarkedSpan(0, 4, "PER"),), (UnlocatedQuote("PER", "Bob", "absent"),))
    assert control.renamed(old, {"HUMAN": "PER", "PER": "ORG"}) == new
    assert control.with_former_labels({"ORG": "FIRM"}).known_classes == ("PER", "FIRM")
    assert control.with_current_labels({"PER": "HUMAN"}, None).known_classes == ("HUMAN", "ORG")
    assert control.shared([control.with_former_labels({"ORG": "FIRM"})]).known_classes == ("PER",)


def test_a_version_of_before_goes_on_without_it() -> None:
    both = '<Choices name="c" toName="text"><Choice value="a"/></Choices>'
    old, now = read_config(f"<View>{TEXT}{both}</View>"), read_config(f"<View>{TEXT}{both}{LABELS.format('')}</View>")
    assert now.digest != old.digest
    assert now.fits(old.digest)
    assert now.as_of(old.digest).names == ("c",)


def test_a_conversation_names_no_label_by_marking_it() -> None:
    """A word of prose that is also a label of spans contradicts nothing."""
    answer: Answer = {"ner": None}
    assert schema("Bob").spoken == ()
    assert schema("Bob").labels_in(answer) == []
