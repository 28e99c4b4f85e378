"""JUnit: XML that a parser takes, whatever stands in it."""

from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.metrics.junit import junit
from backend.domain.metrics.quality_gate import GateCheck
from tests.scripted import any_text, some


def test_what_ci_servers_read() -> None:
    checks = [
        GateCheck("accuracy at least 0.9", False, "0.800 on 10 tasks"),
        GateCheck("s@2 not worse than s@1", True, ""),
    ]
    root = fromstring(junit("s@2", checks, [("accuracy", 0.8)]))
    suite = some(root.find("testsuite"))
    assert (root.tag, suite.get("name")) == ("testsuites", "evaluate s@2")
    assert [root.get(name) for name in ("tests", "failures", "errors")] == ["2", "1", "0"]
    assert some(suite.find("properties/property")).attrib == {"name": "accuracy", "value": "0.8"}
    failed, passed = suite.findall("testcase")
    assert (failed.get("classname"), failed.get("name")) == ("s@2", "accuracy at least 0.9")
    assert some(failed.find("failure")).get("message") == "0.800 on 10 tasks"
    assert passed.find("failure") is None


@given(any_text, any_text, st.text())
def test_hostile_text_stays_text(name: str, said: str, value: str) -> None:
    text = f'</testcase>&amp;<![CDATA[]]>"{said}\x00\x1b\ufffe'
    root = fromstring(junit(name, [GateCheck(name, False, text)], [(value, value)]))
    assert [element.tag for element in root.iter()] == [
        "testsuites",
        "testsuite",
        "properties",
        "property",
        "testcase",
        "failure",
    ]
    message = some(some(root.find("testsuite/testcase/failure")).get("message"))
    assert message.startswith('</testcase>&amp;<![CDATA[]]>"')
