"""Labelling configs and renamed labels."""

import pytest

from backend.adapters.database.projects.label_configs import ConfigStore
from backend.adapters.database.prompts import Store

DIGEST = "d" * 64


@pytest.fixture
def configs(store: Store) -> ConfigStore:
    return ConfigStore(store)


def test_the_first_text_of_a_config_stays(configs: ConfigStore) -> None:
    assert configs.text(DIGEST) is None
    configs.keep(DIGEST, "<View>é</View>")
    configs.keep(DIGEST, "<View>other</View>")
    assert configs.text(DIGEST) == "<View>é</View>"


def test_the_last_word_about_a_label_counts(configs: ConfigStore) -> None:
    long = "x" * 20_000
    for project, former, label in ((7, "Good", "Fine"), (7, "Good", "Great"), (7, long, "Short"), (8, "Bad", "Poor")):
        configs.rename(project, "mood", former, label)
    assert configs.renames(7) == {"mood": {"Good": "Great", long: "Short"}}
    assert configs.renames(9) == {}


def test_a_note_is_taken_back_once(configs: ConfigStore) -> None:
    configs.rename(7, "mood", "Good", "Fine")
    assert configs.forget(7, "mood", "Good")
    assert not configs.forget(7, "mood", "Good")
    assert configs.renames(7) == {}
