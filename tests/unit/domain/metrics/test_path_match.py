"""How well paths match those of the truth, by hand, and what does not exist with its reason."""

import pytest

from backend.domain.answer import Answer, paths_or_none
from backend.domain.labels.config import read_config
from backend.domain.metrics.cases import count_cases
from backend.domain.metrics.measure import Measure
from backend.domain.metrics.measures import measures_of
from backend.domain.metrics.path_match import NO_PATH
from backend.domain.outcome import Outcome, Rejection, Truth

WRONG = Rejection("unknown_choice", "It is not a path.")
SCHEMA = read_config("""<View><Text name="t" value="$t"/><Taxonomy name="media" toName="t">
  <Choice value="A"><Choice value="B"/><Choice value="C"/></Choice><Choice value="D"/>
</Taxonomy></View>""")


def measured(*pairs: tuple[str | None, str]) -> dict[str, Measure]:
    """Of (answer, truth), paths such as "AB D"; an answer of None can't be used."""
    outcomes = [Outcome(n, WRONG if said is None else _held(said)) for n, (said, _) in enumerate(pairs)]
    truths = [Truth(n, _held(truth)) for n, (_, truth) in enumerate(pairs)]
    return dict(measures_of(count_cases(outcomes, truths, SCHEMA), SCHEMA)["media"])


def _held(paths: str) -> Answer:
    return {"media": paths_or_none(tuple(path) for path in paths.split())}


def test_each_measure_by_hand() -> None:
    found = measured(("AB", "AB"), ("AB", "AB"), ("AC", "AB"), (None, "D"))
    assert found["accuracy"].value == pytest.approx(2 / 4)
    assert found["hierarchical_f1"].value == pytest.approx(2 * 5 / (6 + 7)), "A is right in the third too"
    assert found["hierarchical_f1"].interval is not None
    assert found["level_1"].value == pytest.approx(3 / 4)
    assert found["level_2"].value == pytest.approx(2 / 3)


def test_without_any_path_there_is_no_f1() -> None:
    found = measured(("", ""))
    assert found == {"accuracy": found["accuracy"], "hierarchical_f1": Measure(None, None, NO_PATH)}
    assert found["accuracy"].value == 1
