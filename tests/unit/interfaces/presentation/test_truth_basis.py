"""One line says what a number rests on."""

from dataclasses import replace

from backend.advice import Advice, Notice
from backend.domain.dataset.draw import TruthBasis
from backend.domain.dataset.split import Split
from backend.domain.metrics.representativeness import Representativeness, TraitDifference
from backend.domain.metrics.weighted_accuracy import WeightedAccuracy
from backend.interfaces.presentation.truth_basis import basis_caveats, drawn_accuracy_caveats, likeness_caveats
from backend.services.analysis.drawn_accuracy import DrawnAccuracy


def test_without_a_draw_it_warns() -> None:
    (caveat,) = basis_caveats(TruthBasis((1, 2, 3)), 12)
    assert caveat.sentence.startswith("0 of 3 ground truths were drawn at random: ")
    assert (caveat.advice, caveat.details) == (Advice.DRAW, {"project": 12})


def test_with_nothing_but_drawn_ones_it_is_one_short_sentence() -> None:
    assert list(basis_caveats(TruthBasis((1, 2), (1, 2)), 12)) == [Notice("2 of 2 ground truths were drawn at random.")]


def test_the_part_of_the_truths_is_named() -> None:
    (caveat,) = basis_caveats(TruthBasis((1, 2), (1, 2), split=Split("test", 0.5)), 12)
    assert str(caveat) == "2 of 2 ground truths of test:0.5 were drawn at random."


def test_others_and_gaps_are_counted() -> None:
    mixed, gaps = basis_caveats(TruthBasis((1, 2, 3), (1, 2), (9,)), 12)
    assert (
        str(mixed) == "2 of 3 ground truths were drawn at random; the others may be easier or harder than the project."
    )
    assert gaps.sentence.startswith("1 drawn task without a ground truth that counts: a threshold counts them as wrong")
    assert gaps.advice is Advice.LIST_DRAWN


def test_the_accuracy_on_drawn_ones_stands_beside_the_other() -> None:
    *_, last = drawn_accuracy_caveats(DrawnAccuracy(TruthBasis((1, 2, 3), (1, 2)), 0.5, (0.1, 0.9)), 12)
    assert str(last) == (
        "The accuracy on the drawn ones alone, which holds for the whole project, is 0.500 (0.100 to 0.900)."
    )


def test_no_accuracy_holds_for_the_project_while_drawn_tasks_are_not_labelled() -> None:
    basis = TruthBasis((1, 2, 3), (1, 2), (9, 10))
    *_, alone, bounds = drawn_accuracy_caveats(DrawnAccuracy(basis, 1.0, (0.3, 1.0), (0.5, 1.0)), 12)
    assert str(alone) == "The accuracy on the drawn ones alone is 1.000 (0.300 to 1.000)."
    assert str(bounds).startswith("The accuracy on the drawn ones does not hold for the whole project while")
    assert str(bounds).endswith("all wrong or all right, it is 0.500 to 1.000.")
    *_, last = drawn_accuracy_caveats(DrawnAccuracy(TruthBasis((1, 2), (1, 2), (9,)), bounds=(0.5, 1.0)), 12)
    assert str(last) == str(bounds)


def test_ground_truths_that_chose_the_version_are_told() -> None:
    basis = TruthBasis((1, 2, 3), (1, 2, 3), chosen=(1, 2))
    *_, flattered = basis_caveats(basis, 12)
    assert flattered.sentence.startswith(
        "A search chose a version by 2 ground truths of these, so its figures are better here"
    )
    *_, left = basis_caveats(basis.without_chosen(), 12)
    assert left.sentence == "Left out are 2 other ground truths by which a search chose the version."
    assert (left.advice, left.details) == (Advice.DRAW_MORE, {"project": 12, "size": 63})


def test_without_ground_truths_there_is_nothing_to_say() -> None:
    assert list(basis_caveats(None, 12)) == []


def test_it_is_told_in_what_ground_truths_differ_from_the_other_answered_tasks() -> None:
    differences = (
        TraitDifference("age", 10, 4030.4, 0.001),
        TraitDifference("confidence", 0.97, 0.8125, 0.002),
        TraitDifference("length", 40, 95.5, 0.003),
        TraitDifference("label", 0.4, 0.125, 0.004, "Spam"),
        TraitDifference("label", 0.4, 0.125, 0.004),
    )
    (caveat,) = likeness_caveats(Representativeness(100, 940, differences))
    assert str(caveat) == (
        "The ground truths differ from 940 other answered tasks: median number of the task 10 against 4,030; median "
        "confidence 0.970 against 0.812; median length in tokens 40 against 96; the answer Spam in 40.0 % against "
        "12.5 %; answers that are rare in 40.0 % against 12.5 %. Figures from them may not hold for the others."
    )
    assert list(likeness_caveats(Representativeness(100, 940))) == list(likeness_caveats(None)) == []


def test_those_of_an_active_draw_are_told_apart() -> None:
    basis = TruthBasis((1, 2, 3), (1, 2), active=(3,), active_gaps=(8, 9))
    first, gaps = basis_caveats(basis, 12)
    known = "; 1 more were drawn with a known chance, where a version was unsure"
    assert str(first) == f"2 of 3 ground truths were drawn at random{known}."
    assert gaps.sentence.startswith("No ground truth counts for 2 tasks drawn where a version was unsure: this makes")
    (mixed,) = basis_caveats(TruthBasis((1, 2, 3, 4), (1, 2), active=(3,)), 12)
    assert mixed.sentence.endswith(f"{known}; the others may be easier or harder than the project.")


def test_the_weighted_accuracy_is_told_in_place_of_that_on_drawn_ones() -> None:
    drawn = DrawnAccuracy(TruthBasis((1, 2, 3), (1, 2), active=(3,)), 0.5, (0.1, 0.9))
    *_, last = drawn_accuracy_caveats(replace(drawn, weighted=WeightedAccuracy(40, 0.8, (0.7, 0.9))), 12)
    assert str(last) == (
        "The accuracy for the whole project, weighted by the chances of the drawn tasks, is 0.800 (0.700 to 0.900)."
    )
