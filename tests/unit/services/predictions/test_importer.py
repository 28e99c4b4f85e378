"""Predictions arrive once each: in large requests, halved for a proxy, and again after requests of unknown fate."""

from collections.abc import Callable, Iterable

import pytest

from backend.errors import StudioError
from backend.interfaces.cli.render.notices import in_commands
from backend.services.predictions import importer as module
from backend.services.predictions.importer import TRIES, PredictionImporter
from tests.unit.services.predictions.conftest import Answer, Board, PushTarget, Trouble

TAG = "mood@1"


def stored_unheard(do: Callable[[], Answer]) -> Answer:
    """It was carried out, and a proxy did not wait for the answer."""
    do()
    return 504, {}


def lost(_do: Callable[[], Answer]) -> Answer:
    return 502, {}


def locked(_do: Callable[[], Answer]) -> Answer:
    return 500, {"detail": "database is locked"}


def stored_and_failed(do: Callable[[], Answer]) -> Answer:
    """The predictions are there, and the counters failed."""
    do()
    return 500, {"detail": "database is locked"}


def late(_do: Callable[[], Answer]) -> Answer:
    """A proxy did not wait, and nothing arrives."""
    return 504, {}


def imported(
    place: PushTarget, tasks: Iterable[int], alone: Iterable[int] = (), label: str = "Good"
) -> PredictionImporter:
    made = PredictionImporter(place.target, place.version, 0)
    made.add([place.item(task, label) for task in tasks], set(alone))
    made.finish()
    return made


def test_they_go_in_one_request_with_our_mark(place: PushTarget, board: Board) -> None:
    assert imported(place, range(1, 11)).created == 10
    assert (board.sent, board.of(TAG)) == ([list(range(1, 11))], list(range(1, 11)))
    marker = place.target.marker
    assert all(marker.is_on(item["task"], TAG, item["result"]) for item in board.predictions)


def test_nothing_is_sent_for_nothing(place: PushTarget, board: Board) -> None:
    assert imported(place, []).created == 0
    assert board.sent == []


def test_a_full_request_goes_at_once(place: PushTarget, board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 1)
    made = PredictionImporter(place.target, place.version, 0)
    made.add([place.item(1), place.item(2)], ())
    assert (board.sent, made.created) == ([[1], [2]], 2)


def test_those_without_a_region_are_noted_as_ours(place: PushTarget) -> None:
    imported(place, [1, 2], label="")
    assert place.target.ownership.noted(7, TAG) == {1, 2}


def test_what_a_proxy_refuses_is_halved(place: PushTarget, board: Board) -> None:
    board.most = 700
    assert imported(place, range(1, 11)).created == 10
    assert board.of(TAG) == list(range(1, 11))
    assert max(map(len, board.sent)) < 5


def test_one_that_is_too_large_by_itself_is_named_and_the_others_are_there(place: PushTarget, board: Board) -> None:
    board.most = 1000
    made = PredictionImporter(place.target, place.version, 0)
    made.add([place.item(1), place.item(2, "long" * 500), place.item(3)], ())
    with pytest.raises(StudioError, match=r"refuses 1 prediction\(s\) as too large \(413; 2,\d+ bytes\), of task 2: "):
        made.finish()
    assert board.of(TAG) == [1, 3]


def test_a_request_that_was_lost_is_sent_again(place: PushTarget, board: Board) -> None:
    board.troubles = [lost]
    assert imported(place, [1, 2, 3]).created == 3
    assert (board.sent, board.of(TAG)) == ([[1, 2, 3]] * 2, [1, 2, 3])


@pytest.mark.parametrize(("trouble", "sent"), [(locked, 2), (stored_and_failed, 1)])
def test_what_a_failing_label_studio_did_not_store_is_sent_again(
    place: PushTarget, board: Board, monkeypatch: pytest.MonkeyPatch, trouble: Trouble, sent: int
) -> None:
    monkeypatch.setattr(module, "FAULT_PAUSE_S", 0.0)
    board.troubles = [trouble]
    assert imported(place, [1, 2, 3]).created == 3
    assert (len(board.sent), board.of(TAG)) == (sent, [1, 2, 3])


def test_a_label_studio_that_always_fails_is_told(
    place: PushTarget, board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FAULT_PAUSE_S", 0.0)
    board.troubles = [locked] * TRIES
    with pytest.raises(StudioError, match="answered 500, try again later: database is locked"):
        imported(place, [1, 2])
    assert len(board.sent) == TRIES


def test_what_arrived_unheard_is_not_sent_twice(place: PushTarget, board: Board) -> None:
    board.troubles = [stored_unheard]
    assert imported(place, [1, 2, 3]).created == 3
    assert (len(board.sent), board.of(TAG)) == (1, [1, 2, 3])
    assert "slow to answer" in place.told[0]


def test_after_some_tries_it_gives_up(place: PushTarget, board: Board) -> None:
    board.troubles = [lost] * TRIES
    with pytest.raises(StudioError, match="502 from the proxy"):
        imported(place, [1, 2])
    assert len(board.sent) == TRIES


def test_what_may_still_be_stored_is_not_sent_again(place: PushTarget, board: Board) -> None:
    board.troubles = [late]
    with pytest.raises(StudioError, match="504 from the proxy"):
        imported(place, [1, 2])
    assert len(board.sent) == 1


def test_predictions_of_deleted_tasks_are_left_out(place: PushTarget, board: Board) -> None:
    board.tasks = [1, 3]
    assert imported(place, [1, 2, 3]).created == 2
    assert board.of(TAG) == [1, 3]
    assert place.told == ["Left out 1 prediction(s) of tasks that are not there any more."]


def test_when_all_tasks_are_gone_nothing_more_is_sent(place: PushTarget, board: Board) -> None:
    board.tasks = []
    assert imported(place, [1, 2]).created == 0
    assert len(board.sent) == 1


@pytest.mark.parametrize("status", [400, 403])
def test_a_refusal_for_another_reason_is_told(place: PushTarget, board: Board, status: int) -> None:
    board.troubles = [lambda _do: (status, {"detail": "No."})]
    with pytest.raises(StudioError, match=r"Label Studio (answered 400: No\.|refused the token)"):
        imported(place, [1, 2])
    assert len(board.sent) == 1


def test_label_studio_may_drop_some(place: PushTarget, board: Board) -> None:
    board.lost = {2}
    with pytest.raises(StudioError, match=r"took only 2 of 3 predictions: .*, then push") as few:
        imported(place, [1, 2, 3])
    assert in_commands(few.value.notice).endswith("check it, then run `ls-prompts push mood@1`.")


def test_what_the_import_would_drop_goes_alone_and_is_read_back(place: PushTarget, board: Board) -> None:
    assert imported(place, [1, 2, 3, 4], alone=[2, 4]).created == 4
    assert (board.sent, board.alone, board.of(TAG)) == ([[1, 3]], [2, 4], [1, 2, 3, 4])
    board.lost = {5}
    with pytest.raises(StudioError, match="took only 1 of 2 predictions"):
        imported(place, [5, 6], alone=[5, 6])


def test_it_says_when_that_takes_long(place: PushTarget, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MANY_ALONE", 1)
    imported(place, [1, 2], alone=[1, 2])
    assert place.told == ["Thousands of predictions go one by one; each thousand takes about half a minute."]
