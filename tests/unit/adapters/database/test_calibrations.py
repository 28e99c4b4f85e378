"""Calibrations: one for a version, replaced as a whole, and gone with its prompt."""

from dataclasses import replace

from backend.adapters.database.calibrations import CalibrationStore
from backend.adapters.database.prompts import Store
from backend.domain.calibration.calibrators import RAW, Calibrators, Isotonic, Logistic
from tests.scripted import some, version

BOTH = Calibrators(Logistic(1.5, -0.25), {"mood": Isotonic(((0.25, 0.125), (0.75, 1.0)))})


def test_what_is_saved_comes_back(store: Store) -> None:
    mine, other = store.save(version())[0], store.save(version("Another {text}"))[0]
    calibrated = CalibrationStore(store)
    assert calibrated.of(mine) is None
    calibrated.save(mine, BOTH, 120)
    found = some(calibrated.of(mine))
    assert (found.calibrators, found.tasks) == (BOTH, 120)
    assert found.created.endswith("+00:00")
    assert calibrated.of(other) is None


def test_saving_again_replaces_it_and_removing_leaves_none(store: Store) -> None:
    mine = store.save(version())[0]
    calibrated = CalibrationStore(store)
    calibrated.save(mine, BOTH, 120)
    calibrated.save(mine, Calibrators(Logistic(1, 0)), 130)
    assert some(calibrated.of(mine)).calibrators == Calibrators(Logistic(1, 0))
    assert calibrated.remove(mine)
    assert not calibrated.remove(mine)
    assert calibrated.of(mine) is None


def test_it_goes_with_its_prompt_and_stays_when_that_is_renamed(store: Store) -> None:
    mine = store.save(version())[0]
    CalibrationStore(store).save(mine, BOTH, 120)
    store.rename("mood", "tone")
    assert CalibrationStore(store).of(store.version("tone", 1)) is not None
    store.delete("tone")
    again = store.save(version(name="other"))[0]
    assert CalibrationStore(store).of(again) is None


def test_one_that_was_made_for_another_rule_of_confidence_is_kept_and_not_applied(store: Store) -> None:
    earlier = replace(BOTH, rule=1)
    asked, sampled = (store.save(version(confidence=how))[0] for how in ("auto", "samples:5"))
    calibrated = CalibrationStore(store)
    for one in (asked, sampled):
        calibrated.save(one, earlier, 120)
    found, of_samples = some(calibrated.of(asked)), some(calibrated.of(sampled))
    assert (found.older, found.calibrators, found.applied) == (True, earlier, RAW)
    assert (of_samples.older, of_samples.applied) == (False, earlier), "agreement is computed as before"
    calibrated.save(asked, BOTH, 120)
    assert some(calibrated.of(asked)).applied == BOTH
