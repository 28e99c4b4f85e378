"""A control whose values are no labels has none to name, to rename or to look at."""

from backend.domain.answer import Texts, labels_or_none
from backend.domain.labels.config import read_config

CONTROL = read_config('<View><Text name="t" value="$t"/><TextArea name="area" toName="t"/></View>').fields[0]


def test_it_has_no_labels_and_the_task_brings_none() -> None:
    assert (CONTROL.labels, CONTROL.names, CONTROL.known_classes) == ((), (), ())
    assert [CONTROL.dynamic, CONTROL.needs_task, CONTROL.exclusive] == [False] * 3
    assert CONTROL.for_task({"t": "a"}) is CONTROL
    assert CONTROL.listing({}) == ""


def test_renamed_labels_change_no_value_of_its_kind_and_another_kind_is_none() -> None:
    text = CONTROL.parse("some words")
    assert isinstance(text, Texts)
    assert CONTROL.renamed(text, {"some words": "others"}) == text
    assert CONTROL.renamed(labels_or_none(["A"]), {}) is None
    assert CONTROL.with_current_labels({"A": "B"}, None) is CONTROL
