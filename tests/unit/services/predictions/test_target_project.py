"""What annotators see survives the deletion of versions, and what may be repeated waits for Label Studio."""

import pytest

from backend.adapters.label_studio.http import Faulted, Unreachable
from backend.errors import StudioError
from tests.unit.services.predictions.conftest import Board, PushTarget

FIRST, SECOND = "mood@1", "mood@2"


def with_predictions(place: PushTarget, board: Board, *tags: str) -> None:
    board.predictions = [{"id": number, **place.item(number, tag=tag)} for number, tag in enumerate(tags, 1)]


def test_the_shown_version_is_shown_again_after_it_was_written_anew(place: PushTarget, board: Board) -> None:
    with_predictions(place, board, FIRST)
    board.shown = FIRST
    place.target.delete_version(FIRST)
    assert (board.shown, place.store.connection(7)["to_show"]) == ("", FIRST), "it is known after a kill"
    with_predictions(place, board, FIRST)
    place.target.show_again(("mood",))
    assert (board.shown, place.store.connection(7)["to_show"]) == (FIRST, None)


def test_the_version_that_replaces_it_is_shown_and_in_use(place: PushTarget, board: Board) -> None:
    with_predictions(place, board, FIRST, SECOND)
    board.shown = FIRST
    place.store.set_connection(7, in_use=FIRST)
    place.target.delete_version(FIRST)
    place.target.show_again(("mood",), instead=SECOND)
    assert (board.shown, place.store.connection(7)["in_use"]) == (SECOND, SECOND)
    assert place.told == [f"Annotators saw {FIRST}, which is replaced; they now see {SECOND}."]


def test_what_somebody_chose_meanwhile_stays(place: PushTarget, board: Board) -> None:
    with_predictions(place, board, FIRST, SECOND)
    board.shown = FIRST
    place.target.delete_version(FIRST)
    board.shown = SECOND
    place.target.show_again(("mood",), instead=FIRST)
    assert (board.shown, place.told) == (SECOND, [])


def test_a_version_that_is_gone_for_good_is_told(place: PushTarget, board: Board) -> None:
    with_predictions(place, board, "tone@1")
    board.shown = "tone@1"
    place.target.delete_version("tone@1")
    place.target.show_again(("mood",), instead=FIRST)
    assert board.shown == ""
    assert place.told == ["Annotators saw tone@1, which was deleted: `ls-prompts use` selects another version."]


def test_without_a_deletion_nothing_is_shown_again(place: PushTarget, board: Board) -> None:
    place.target.show_again(("mood",), instead=FIRST)
    assert (board.shown, board.calls) == ("", {})


@pytest.mark.parametrize(
    ("shown", "backends", "then"), [("", [], FIRST), ("tone@1", [], "tone@1"), ("", ["Open Prompts"], "")]
)
def test_the_first_version_is_shown_where_annotators_see_nothing(
    place: PushTarget, board: Board, shown: str, backends: list[str], then: str
) -> None:
    with_predictions(place, board, FIRST)
    board.shown, board.backends = shown, backends
    place.target.show_first(FIRST)
    assert board.shown == then
    place.target.show_first(SECOND)
    assert board.shown == then, "it has no predictions"


@pytest.mark.parametrize(
    ("away", "said"), [(Unreachable("Away."), "does not answer"), (Faulted(500, "Locked."), "fails")]
)
def test_a_call_is_repeated_until_label_studio_is_back(place: PushTarget, away: StudioError, said: str) -> None:
    tries = iter([away, away, None])

    def call() -> str:
        trouble = next(tries)
        if trouble:
            raise trouble
        return "done"

    assert place.target.surely(call) == "done"
    assert place.told == [f"Label Studio {said}; waiting for it, two minutes at most."]


def test_in_the_end_it_gives_up(place: PushTarget) -> None:
    def call() -> None:
        raise Unreachable("Away.")

    with pytest.raises(Unreachable, match="Away"):
        place.target.surely(call)
    assert not place.target.wait(lambda: False)
    assert place.target.wait(lambda: True)


def test_a_prediction_that_was_deleted_meanwhile_is_no_trouble(place: PushTarget, board: Board) -> None:
    with_predictions(place, board, FIRST)
    place.target.delete_prediction(1)
    place.target.delete_prediction(1)
    place.target.studio.rescore(1, 0.5, [])
    assert (board.predictions, place.target.count(FIRST)) == ([], 0)
