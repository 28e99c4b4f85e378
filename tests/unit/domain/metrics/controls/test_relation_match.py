"""Relations against the truth: with their spans, and between spans that are right."""

from typing import Any

import pytest

from backend.domain.labels.config import read_config
from backend.domain.metrics.cases import count_cases
from backend.domain.metrics.controls.measures import measures_of
from backend.domain.metrics.controls.relation_match import NO_COMMON_RELATION, NO_RELATION
from backend.domain.outcome import Failure, Outcome, Rejection, Truth

TEXT = "Anna met Bob of Acme."
CONFIG = """<View><Text name="text" value="$text"/>
<Labels name="ner" toName="text"><Label value="PER"/><Label value="ORG"/></Labels>
<Relations><Relation value="of"/><Relation value="met"/></Relations></View>"""
IDS = {"Anna": "PER", "Bob": "PER", "Acme": "ORG", "Eve": "PER"}


def measured(*pairs: tuple[Any, Any]) -> dict[str, Any]:
    """Of (truth, answer) pairs, each some names and (from, label, to) of them; None can't be used."""
    bound = read_config(CONFIG).for_task({"text": TEXT})
    assert not isinstance(bound, Failure)

    def parsed(said: Any) -> Any:
        names, related = said
        spans = [{"id": name, "label": IDS[name], "text": name, "before": ""} for name in names]
        relations = [{"from": head, "to": tail, "label": label} for head, label, tail in related]
        found = bound.parse({"ner": spans, "relations": relations})
        assert not isinstance(found, Rejection)
        return found

    truths = [Truth(number, parsed(truth)) for number, (truth, _) in enumerate(pairs)]
    outcomes = [
        Outcome(number, Rejection("not_json", "") if said is None else parsed(said))
        for number, (_, said) in enumerate(pairs)
    ]
    return dict(measures_of(count_cases(outcomes, truths, bound), bound)["relations"])


def values(*pairs: tuple[Any, Any]) -> tuple[float | None, ...]:
    return tuple(one.value for one in measured(*pairs).values())


ALL = ["Anna", "Bob", "Acme"]
TRUTH = (ALL, [("Bob", "of", "Acme"), ("Anna", "met", "Bob")])


@pytest.mark.parametrize(
    ("said", "exact", "f1", "of_right"),
    [
        (TRUTH, 1, 1, 1),
        ((ALL, [("Bob", "of", "Acme")]), 0, 2 / 3, 2 / 3),
        ((ALL, [("Acme", "of", "Bob"), ("Anna", "met", "Bob")]), 0, 0.5, 0.5),
        ((["Bob", "Acme"], [("Bob", "of", "Acme")]), 0, 2 / 3, 1),
        (([*ALL, "Eve"], [*TRUTH[1], ("Eve", "of", "Acme")]), 0, 4 / 5, 1),
        ((ALL, []), 0, 0, 0),
        (None, 0, 0, None),
    ],
    ids=["all", "one less", "backwards", "a span less", "without a place", "none", "can't be used"],
)
def test_relations_count_with_their_spans_and_among_right_ones(said: Any, exact: Any, f1: Any, of_right: Any) -> None:
    found = values((TRUTH, said))
    assert found[:2] == pytest.approx((exact, f1))
    assert found[2] == (None if of_right is None else pytest.approx(of_right))


def test_over_several_outputs_counts_are_added() -> None:
    assert values((TRUTH, TRUTH), (TRUTH, None)) == pytest.approx((0.5, 2 / 3, 1))


def test_there_is_no_number_without_relations() -> None:
    nothing = measured((([], []), ([], [])))
    assert [(one.value, one.reason) for one in nothing.values()] == [
        (1, ""),
        (None, NO_RELATION),
        (None, NO_COMMON_RELATION),
    ]
