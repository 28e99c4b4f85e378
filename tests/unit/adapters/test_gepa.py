"""gepa behind its edge: deterministic, asked no more than needed, and what a learner raises comes through."""

import sys
from typing import Any

import pytest

from backend.adapters.gepa import RIGHT, WRONG, check, evolve
from backend.errors import SettingsError

ITEMS = 40


class Learner:
    """A prompt `p12` is right on the first 12 items. Each rewrite adds what `steps` says, None for no rewrite."""

    def __init__(self, *steps: int | None) -> None:
        self.asked: list[tuple[str, ...]] = []
        self.rewrites = 0
        self._steps = steps

    def score(self, text: Any, items: Any) -> Any:
        self.asked.append(("score", text, *map(str, items)))
        return [float(item < int(text[1:])) for item in items]

    def rewrite(self, text: Any, items: Any) -> Any:
        self.asked.append(("rewrite", text, *map(str, items)))
        step = self._steps[self.rewrites % len(self._steps)]
        self.rewrites += 1
        return None if step is None else f"p{int(text[1:]) + step}"


def test_the_best_of_all_rounds_is_found() -> None:
    learner = Learner(5, -3, None)
    assert evolve("p10", learner, ITEMS, 8, seed=0) == "p25"
    assert learner.rewrites == 8


def test_the_first_stays_where_nothing_is_better() -> None:
    for learner in (Learner(-1), Learner(None), Learner(0)):
        assert evolve("p10", learner, ITEMS, 4, seed=0) == "p10"


def test_what_gets_all_right_ends_it() -> None:
    learner = Learner(30)
    assert evolve("p10", learner, ITEMS, 8, seed=0) == "p40"
    assert learner.rewrites == 1
    perfect = Learner(1)
    assert evolve("p40", perfect, ITEMS, 8, seed=0) == "p40"
    assert perfect.rewrites == 0


def test_rounds_are_about_mistakes_and_few_right_ones() -> None:
    learner = Learner(1)
    evolve("p10", learner, ITEMS, 3, seed=0)
    for _, text, *items in (asked for asked in learner.asked if asked[0] == "rewrite"):
        wrong = [item for item in items if int(item) >= int(text[1:])]
        assert (len(wrong), len(items)) == (WRONG, WRONG + RIGHT)


def test_a_seed_decides_everything_and_more_rounds_begin_alike() -> None:
    first, again, other, longer = (Learner(2, -1, None) for _ in range(4))
    evolve("p10", first, ITEMS, 6, seed=1)
    evolve("p10", again, ITEMS, 6, seed=1)
    evolve("p10", other, ITEMS, 6, seed=2)
    evolve("p10", longer, ITEMS, 12, seed=1)
    assert first.asked == again.asked != other.asked
    assert longer.asked[: len(first.asked)] == first.asked


@pytest.mark.parametrize("method", ["score", "rewrite"])
@pytest.mark.parametrize("error", [ValueError("x"), KeyboardInterrupt()])
def test_errors_of_the_learner_come_through(monkeypatch: pytest.MonkeyPatch, method: Any, error: Any) -> None:
    def fails(*_: Any) -> None:
        raise error

    learner = Learner(1)
    monkeypatch.setattr(learner, method, fails)
    with pytest.raises(type(error)):
        evolve("p10", learner, ITEMS, 4, seed=0)


def test_nothing_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    evolve("p10", Learner(1), ITEMS, 2, seed=0)
    assert capsys.readouterr() == ("", "")


def test_without_gepa_one_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    check()
    monkeypatch.setitem(sys.modules, "gepa", None)
    with pytest.raises(SettingsError, match=r"needs gepa: pip install 'open-prompts\[enhance\]'"):
        check()
