"""Outcomes of one call, of which some may be late."""

from backend.domain.chat.request import ChatRequest
from backend.domain.outcome import Failure
from backend.domain.resolution.resolve import failed
from backend.engine.collected_outcomes import CollectedOutcomes
from tests.scripted import builder, run, tasks


def test_the_digests_of_all_samples_are_noted_before_anything_is_asked() -> None:
    noted = list[str]()
    collected = CollectedOutcomes(noted.extend)
    asks = builder().requests(tasks(2))
    collected.plan([*asks, (3, Failure("bad_task", "It has no text."))])
    requests = [ask for _, ask in asks if isinstance(ask, ChatRequest)]
    assert noted == [sample.digest for ask in requests for sample in ask.all_samples]
    assert collected.digests == {task: [ask.digest] for (task, _), ask in zip(asks, requests, strict=True)}


def test_outcomes_are_kept_by_task() -> None:
    collected = CollectedOutcomes(lambda digests: None)
    first, second = (failed(task, Failure("timeout", "It was late.")) for task in (1, 2))
    run(collected.add([second]))
    run(collected.add([first]))
    assert collected.outcomes == {1: first, 2: second}
