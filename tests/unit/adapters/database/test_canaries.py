"""What canaries found is kept by version; the newest is asked for."""

from backend.adapters.database.canaries import CanaryStore
from backend.adapters.database.prompts import Store
from backend.domain.canary import Canary
from tests.scripted import version


def test_the_newest_of_a_version_comes_back(store: Store) -> None:
    store.save(version(name="mood"))
    canaries = CanaryStore(store)
    assert canaries.newest(version(name="mood")) is None
    canaries.add(version(name="mood"), Canary(50, 1))
    canaries.add(version(name="mood", number=2), Canary(50, 3))
    canaries.add(version(name="mood"), Canary(48, 9, 8, 1))
    newest = canaries.newest(version(name="mood"))
    assert newest is not None
    assert newest.result == Canary(48, 9, 8, 1)
    assert newest.asked_at.startswith("20")


def test_it_goes_with_its_prompt(store: Store) -> None:
    store.save(version(name="mood"))
    canaries = CanaryStore(store)
    canaries.add(version(name="mood"), Canary(50, 1))
    store.delete("mood")
    assert canaries.newest(version(name="mood")) is None
