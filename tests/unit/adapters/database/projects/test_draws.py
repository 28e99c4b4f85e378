"""Draws: one for each project, which only goes further."""

from backend.adapters.database.projects.draws import DrawStore
from backend.adapters.database.prompts import Store
from backend.domain.dataset.draw import Draw


def test_what_is_saved_comes_back(store: Store) -> None:
    draws = DrawStore(store)
    assert draws.of(7) is None
    draws.save(Draw(7, "3" * 64))
    draws.save(Draw(8, "5" * 64))
    assert (draws.of(7), draws.of(8)) == (Draw(7, "3" * 64), Draw(8, "5" * 64))


def test_a_draw_is_never_taken_back(store: Store) -> None:
    draws = DrawStore(store)
    draws.save(Draw(7, "3" * 64))
    draws.save(Draw(7, "2" * 64))
    assert draws.of(7) == Draw(7, "3" * 64)
    draws.save(Draw(7, "4" * 64))
    assert draws.of(7) == Draw(7, "4" * 64)


def test_chances_are_kept_and_never_become_lower(store: Store) -> None:
    draws = DrawStore(store)
    draws.save(Draw(7, "3" * 64, {1: 0.25, 2: 0.5}))
    draws.save(Draw(8, "3" * 64, {1: 0.125}))
    draws.save(Draw(7, "3" * 64, {1: 0.2, 2: 0.75, 3: 1.0}))
    draws.save(Draw(7, "4" * 64))
    assert draws.of(7) == Draw(7, "4" * 64, {1: 0.25, 2: 0.75, 3: 1.0})
    assert draws.of(8) == Draw(8, "3" * 64, {1: 0.125})
