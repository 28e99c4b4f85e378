"""How well rankings and buckets match those of the truth: by hand, and NDCG and accuracy by scikit-learn's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, ndcg_score

from backend.domain.answer import Answer, Groups, Ranking
from backend.domain.labels.config import read_config
from backend.domain.metrics.cases import count_cases
from backend.domain.metrics.controls.measure import Measure
from backend.domain.metrics.controls.measures import measures_of
from backend.domain.metrics.controls.ranking import NO_ITEM, NO_LABEL, NO_RANKING, ndcg
from backend.domain.metrics.evaluation import Evaluation, evaluation
from backend.domain.outcome import Outcome, Rejection, Truth
from tests.properties import COMPARED, cases

WRONG = Rejection("incomplete", "It lacks an item.")
LIST = '<List name="items" value="$items"/>'
RANK = read_config(f'<View>{LIST}<Ranker name="rank" toName="items"/></View>')
SORT = read_config(
    f'<View>{LIST}<Ranker name="sort" toName="items"><Bucket name="good"/><Bucket name="bad"/></Ranker></View>'
)
LABEL = read_config(
    '<View><Text name="t" value="$t"/><Image name="img" valueList="$images"/><Choices name="what" toName="img" '
    'perItem="true" choice="multiple"><Choice value="red"/><Choice value="blue"/></Choices></View>'
)
orders = st.integers(2, 15).flatmap(lambda n: st.permutations([str(i) for i in range(n)]))


@pytest.mark.slow
@cases(COMPARED)
@given(orders)
def test_ndcg_is_the_librarys(order: list[str]) -> None:
    truth = sorted(order, key=int)
    gains = [len(truth) - n for n in range(len(truth))]
    place = [order.index(item) for item in truth]
    assert ndcg(truth, order) == pytest.approx(ndcg_score([gains], [[-n for n in place]]))


@pytest.mark.parametrize(("truth", "answer"), [("", ""), ("ab", "ac"), ("ab", "a"), ("aa", "aa")])
def test_what_has_no_ndcg(truth: str, answer: str) -> None:
    assert ndcg(truth, answer) is None


def ranked(*pairs: tuple[str | None, str]) -> dict[str, Measure]:
    """Of (answer, truth), ids such as "abc"; an answer of None can't be used."""
    outcomes = [
        Outcome(n, WRONG if said is None else {"rank": Ranking(tuple(said))}) for n, (said, _) in enumerate(pairs)
    ]
    truths = [Truth(n, {"rank": Ranking(tuple(truth))}) for n, (_, truth) in enumerate(pairs)]
    return dict(measures_of(count_cases(outcomes, truths, RANK), RANK)["rank"])


def test_each_measure_of_a_ranking_by_hand() -> None:
    found = ranked(("abc", "abc"), ("cba", "abc"), ("acb", "abc"), (None, "abc"))
    assert {name: one.value for name, one in found.items()} == pytest.approx(
        {"accuracy": 1 / 4, "top_1": 2 / 4, "kendall_tau": (1 - 1 + 1 / 3) / 3, "ndcg": found["ndcg"].value}
    )
    assert 0.7 < (found["ndcg"].value or 0) < 1
    low, high = found["kendall_tau"].interval or (9, 9)
    assert -1 <= low <= 1 / 9 <= high <= 1


def test_orders_that_cancel_out_have_a_tau_of_nothing() -> None:
    """Not of some rounding such as -1.7e-17."""
    found = ranked(("acdb", "abcd"), ("dbac", "abcd"))
    assert found["kendall_tau"].value == 0


def test_without_two_items_on_both_sides_there_is_no_tau() -> None:
    for found in (ranked(("a", "a")), ranked(("ab", "xy")), ranked((None, "ab"))):
        assert found["kendall_tau"] == found["ndcg"] == Measure(None, None, NO_RANKING)
    assert ranked(("a", "a"))["accuracy"].value == 1


def grouped(**buckets: str) -> Answer:
    return {"sort": Groups(tuple((bucket, tuple(ids)) for bucket, ids in buckets.items()))}


def evaluated(*pairs: tuple[Answer | None, Answer]) -> Evaluation:
    outcomes = [Outcome(n, WRONG if said is None else said) for n, (said, _) in enumerate(pairs)]
    return evaluation(outcomes, [Truth(n, truth) for n, (_, truth) in enumerate(pairs)], SORT)


def test_each_measure_of_buckets_by_hand() -> None:
    truth = grouped(good="ab", _="c")
    found = evaluated((grouped(good="ba", _="c"), truth), (grouped(good="a", bad="bc"), truth), (None, truth))
    measured = {name: one.value for name, one in found.measures["sort"].items()}
    assert measured == pytest.approx({"accuracy": 1 / 3, "item_accuracy": (3 + 1) / 9})
    good = found.score.per_label["good"]
    assert (good.precision, good.support) == (1, 6), "over items of all tasks"
    assert good.recall == pytest.approx(3 / 6)
    assert found.score.per_label["bad"].precision == 0


def test_without_an_item_there_is_no_accuracy_of_items() -> None:
    found = evaluated((grouped(), grouped())).measures["sort"]
    assert found["item_accuracy"] == Measure(None, None, NO_ITEM)


def labelled(**labels: str) -> Answer:
    return {"what": Groups(tuple((label, tuple(pictures)) for label, pictures in labels.items()))}


def evaluated_labels(*pairs: tuple[Answer | None, Answer]) -> Evaluation:
    outcomes = [Outcome(n, WRONG if said is None else said) for n, (said, _) in enumerate(pairs)]
    return evaluation(outcomes, [Truth(n, truth) for n, (_, truth) in enumerate(pairs)], LABEL)


def test_each_measure_of_several_labels_for_each_picture_by_hand() -> None:
    """A picture without a label on either side is not counted, one with a label on one side is."""
    truth = labelled(red="01", blue="0")
    nothing: Answer = {"what": None}
    said = labelled(blue="0", red="10")
    found = evaluated_labels((said, truth), (labelled(red="012"), truth), (None, truth), (nothing, nothing))
    measured = {name: one.value for name, one in found.measures["what"].items()}
    assert measured == pytest.approx({"accuracy": 2 / 4, "item_accuracy": (2 + 1) / (2 + 3 + 2)})
    assert found.score.per_label["red"].precision == pytest.approx(4 / 5)
    assert found.score.per_label["blue"].recall == pytest.approx(1 / 3)
    assert evaluated_labels((nothing, nothing)).measures["what"]["item_accuracy"] == Measure(None, None, NO_LABEL)


buckets = st.lists(st.sampled_from(["good", "bad", "_"]), min_size=6, max_size=6)


@pytest.mark.slow
@cases(50)
@given(st.lists(st.tuples(buckets, buckets), min_size=20, max_size=20))
def test_the_accuracy_of_items_is_scikit_learns(pairs: list[tuple[list[str], list[str]]]) -> None:
    answers, truths = ([[one for pair in pairs for one in pair[side]]] for side in (0, 1))
    found = evaluated(*((grouped(**_ids(said)), grouped(**_ids(truth))) for said, truth in pairs)).measures["sort"]
    assert found["item_accuracy"].value == pytest.approx(accuracy_score(truths[0], answers[0]))


def _ids(held: list[str]) -> dict[str, str]:
    """Bucket -> the ids of the items in it, whose numbers are their places."""
    return {one: "".join(str(place) for place, bucket in enumerate(held) if bucket == one) for one in sorted({*held})}
