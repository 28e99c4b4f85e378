"""Labels that were renamed: which name they have now, and what can be compared across configs."""

from dataclasses import replace
from typing import Any

import pytest

from backend.domain.answer import Labels
from backend.domain.labels.config import read_config
from backend.domain.labels.regions import from_result
from backend.domain.labels.relabel import formers, same_answers, shared_schema, with_current_labels, with_renames
from backend.errors import ConfigChangedError
from tests.scripted import choices

OLD = choices("Good", "Bad", "Odd")
NOW = choices("Fine", "Bad", "Odd")
RENAMED = with_renames(NOW, {"mood": {"Good": "Fine"}})


def region(*labels: str) -> list[dict[str, Any]]:
    return [{"from_name": "mood", "value": {"choices": list(labels)}}]


def test_annotations_are_read_under_the_names_of_now() -> None:
    assert from_result(region("Good"), RENAMED) == {"mood": Labels(("Fine",))}
    assert from_result(region("Bad"), RENAMED) == {"mood": Labels(("Bad",))}
    assert from_result(region("Never"), RENAMED) == {"mood": Labels(("Never",))}


def test_of_several_labels_each_is_renamed_and_none_is_there_twice() -> None:
    schema = with_renames(choices("Fine", "Bad", choice="multiple"), {"mood": {"Good": "Fine", "Ok": "Fine"}})
    assert from_result(region("Bad", "Ok", "Good"), schema) == {"mood": Labels(("Fine", "Bad"))}


def test_renames_of_renames_are_followed_and_circles_end() -> None:
    links = {"mood": {"Great": "Good", "Good": "Fine"}}
    assert with_renames(NOW, links).renames == {"mood": {"Great": "Fine", "Good": "Fine"}}
    assert with_renames(choices("X"), {"mood": {"A": "B", "B": "A"}}).renames["mood"].keys() == {"A", "B"}


def test_a_label_that_the_config_has_means_itself() -> None:
    back = with_renames(OLD, {"mood": {"Good": "Fine", "Fine": "Good"}})
    assert back.renames == {"mood": {"Fine": "Good"}}
    assert from_result(region("Good"), back) == {"mood": Labels(("Good",))}
    assert with_renames(NOW, {"gone": {"a": "b"}}).renames == {}


def test_a_former_config_gives_the_answers_of_now() -> None:
    read = with_current_labels(OLD, RENAMED)
    assert same_answers(read, NOW)
    assert not same_answers(with_current_labels(OLD, NOW), NOW)
    assert read.renamed({"mood": Labels(("Good",))}) == {"mood": Labels(("Fine",))}
    assert [choice.stored for choice in with_current_labels(OLD, NOW).fields[0].labels] == ["Good", "Bad", "Odd"]


def test_two_labels_that_became_one_are_one() -> None:
    merged = with_renames(choices("Fine", "Odd"), {"mood": {"Good": "Fine", "Bad": "Fine"}})
    assert same_answers(with_current_labels(OLD, merged), merged)


def test_the_digest_of_a_config_knows_no_renames() -> None:
    assert RENAMED.digest == NOW.digest
    assert RENAMED == NOW


def test_a_config_that_is_not_in_the_record_is_found_by_undoing_the_renames() -> None:
    assert OLD.digest in [former.digest for former in formers(RENAMED)]
    other = choices("Good", "Bad", "Else")
    assert other.digest not in [former.digest for former in formers(RENAMED)]
    both = with_renames(choices("Fine", "Poor", "Odd"), {"mood": {"Good": "Fine", "Bad": "Poor"}})
    found = [former.digest for former in formers(both)]
    assert {OLD.digest, choices("Fine", "Bad", "Odd").digest} <= set(found)


def test_versions_of_different_configs_share_the_labels_that_both_have() -> None:
    shared = shared_schema([OLD, NOW])
    assert [choice.stored for choice in shared.fields[0].labels] == ["Bad", "Odd"]
    assert shared_schema([OLD, OLD]) is OLD
    assert shared_schema([with_current_labels(OLD, RENAMED), RENAMED]).fields[0].labels == NOW.fields[0].labels


def test_versions_share_controls_of_the_same_name_or_nothing() -> None:
    two = read_config(
        '<View><Text name="text" value="$text"/><Choices name="mood" toName="text"><Choice value="Bad"/></Choices>'
        '<Choices name="size" toName="text"><Choice value="Big"/></Choices></View>'
    )
    shared = shared_schema([two, OLD])
    assert [field.name for field in shared.fields] == ["mood"]
    assert shared.renamed({"mood": Labels(("Bad",)), "size": Labels(("Big",))}) == {"mood": Labels(("Bad",))}
    with pytest.raises(ConfigChangedError, match="no control in common"):
        shared_schema([replace(two, fields=two.fields[1:]), OLD])
