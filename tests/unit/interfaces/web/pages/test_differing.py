"""What differs between two versions, line by line."""

from dataclasses import replace

from backend.interfaces.web.pages.differing import changed_lines
from tests.scripted import version


def test_lines_that_one_of_them_has_are_marked() -> None:
    before, after = version("One\nTwo\n{text}"), version("One\nThree\n{text}")
    lines = changed_lines(before, after)
    assert lines[0].startswith("@@ ")
    assert [line for line in lines if line[0] in "+-"] == ["-Two", "+Three"]
    assert " One" in lines


def test_equal_versions_differ_in_nothing() -> None:
    one = version("One\n{text}")
    assert changed_lines(one, one) == []
    assert changed_lines(replace(one, number=1), replace(one, number=2)) == [], "a number alone is no difference"


def test_a_text_that_looks_like_a_difference_stays_a_text() -> None:
    lines = changed_lines(version("--- a\n{text}"), version("+++ b\n{text}"))
    assert [line for line in lines if line[0] in "+-"] == ["---- a", "++++ b"]
