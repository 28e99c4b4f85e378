"""The F1s of spans, of whole evaluations, by hand, by nervaluate and by scikit-learn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nervaluate import Evaluator
from sklearn.metrics import f1_score

from backend.domain.answer import Answer, MarkedSpan, Spans, UnlocatedQuote
from backend.domain.labels.config import read_config
from backend.domain.metrics.cases import count_cases
from backend.domain.metrics.controls.measures import measures_of
from backend.domain.metrics.controls.set_match import total
from backend.domain.metrics.controls.span_match import equal_spans, marked_characters, overlapping_spans
from backend.domain.outcome import Outcome, Rejection, Truth
from tests.properties import cases

LOST = UnlocatedQuote("A", "lost", "absent")
SCHEMA = read_config("""<View>
  <Labels name="ner" toName="t"><Label value="A"/><Label value="B"/></Labels>
  <Text name="t" value="$t"/>
</View>""")


def spans(*places: tuple[int, int, str], lost: int = 0) -> Spans:
    return Spans(tuple(MarkedSpan(*place) for place in places), (LOST,) * lost)


def measured(*pairs: tuple[Answer | Rejection, Answer]) -> dict[str, float | None]:
    outcomes = [Outcome(number, verdict) for number, (verdict, _) in enumerate(pairs)]
    truths = [Truth(number, truth) for number, (_, truth) in enumerate(pairs)]
    found = measures_of(count_cases(outcomes, truths, SCHEMA), SCHEMA)["ner"]
    return {name: one.value for name, one in found.items()}


def test_equal_overlapping_and_common_characters() -> None:
    truth, answer = spans((0, 10, "A"), (20, 24, "B")), spans((0, 5, "A"), (20, 24, "B"), (30, 32, "A"))
    assert equal_spans(answer, truth).f1 == pytest.approx(2 / 5)
    assert overlapping_spans(answer, truth).f1 == pytest.approx(4 / 5)
    assert marked_characters(answer, truth).f1 == pytest.approx(2 * 9 / (14 + 11))


def test_an_overlap_under_another_label_is_none() -> None:
    assert overlapping_spans(spans((0, 5, "B")), spans((0, 5, "A"))).f1 == 0


def test_a_quote_without_a_place_was_given_in_vain() -> None:
    truth, answer = spans((0, 5, "A")), spans((0, 5, "A"), lost=2)
    for match in (equal_spans, overlapping_spans):
        found = match(answer, truth)
        assert found.precision == pytest.approx(1 / 3)
        assert found.recall == 1
    assert marked_characters(answer, truth).f1 == 1


def test_an_evaluation_counts_over_all_tasks_and_an_unusable_answer_marks_nothing() -> None:
    truth: Answer = {"ner": spans((0, 4, "A"), (5, 8, "B"))}
    found = measured((truth, truth), ({"ner": spans((0, 3, "A"))}, truth), (Rejection("not_json", "no"), truth))
    assert found["exact_match"] == pytest.approx(1 / 3)
    assert found["span_f1"] == pytest.approx(2 * 2 / (3 + 6))
    assert found["overlap_f1"] == pytest.approx(2 * 3 / (3 + 6))
    assert found["character_f1"] == pytest.approx(2 * 10 / (10 + 21))


def test_where_nothing_is_marked_there_is_no_f1() -> None:
    found = measured(({"ner": None}, {"ner": None}))
    assert found == {"exact_match": 1, "span_f1": None, "overlap_f1": None, "character_f1": None}


@st.composite
def apart(draw: st.DrawFn) -> list[tuple[int, int, str]]:
    """Spans that do not overlap each other: nervaluate's counts of others depend on their order."""
    ends = sorted(draw(st.lists(st.integers(0, 40), max_size=10, unique=True)))
    return [(start, end, draw(st.sampled_from("AB"))) for start, end in zip(ends[::2], ends[1::2], strict=False)]


@cases(300)
@given(st.lists(st.tuples(apart(), apart()), min_size=1, max_size=4))
def test_the_f1s_are_those_of_the_libraries(pairs: list[tuple[list[tuple[int, int, str]], ...]]) -> None:
    truths, answers = (
        [[{"start": start, "end": end - 1, "label": label} for start, end, label in pair[side]] for pair in pairs]
        for side in (0, 1)
    )
    theirs = Evaluator(truths, answers, tags=["A", "B"], loader="dict").evaluate()["overall"]
    for match, scheme in ((equal_spans, "strict"), (overlapping_spans, "ent_type")):
        ours = total(match(spans(*answer), spans(*truth)) for truth, answer in pairs)
        assert (ours.f1 or 0) == pytest.approx(theirs[scheme].f1)
    characters = total(marked_characters(spans(*answer), spans(*truth)) for truth, answer in pairs)
    held = [
        [
            any(label == one and start <= place < end for start, end, label in pair[side])
            for pair in pairs
            for place in range(41)
            for one in "AB"
        ]
        for side in (0, 1)
    ]
    assert (characters.f1 or 0) == pytest.approx(f1_score(*held, zero_division=0))
