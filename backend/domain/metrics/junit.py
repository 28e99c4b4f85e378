"""JUnit: the checks of a quality gate, in the XML that CI servers read.

Tags and labels are other people's text: characters that XML cannot hold are left out, and the rest is escaped.
"""

import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from backend.domain.metrics.quality_gate import GateCheck

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Everything that is no Char of XML 1.0, section 2.2."""


def junit(version: str, checks: Sequence[GateCheck], properties: Sequence[tuple[str, object]]) -> bytes:
    """One test suite with a test for each check. `properties`: further names and values."""
    failed = [check for check in checks if not check.passed]
    counts = {"tests": str(len(checks)), "failures": str(len(failed)), "errors": "0"}
    suites = Element("testsuites", counts)
    suite = SubElement(suites, "testsuite", {"name": _clean(f"evaluate {version}"), **counts})
    listed = SubElement(suite, "properties")
    for name, value in properties:
        SubElement(listed, "property", {"name": _clean(name), "value": _clean(str(value))})
    for check in checks:
        case = SubElement(suite, "testcase", {"classname": _clean(version), "name": _clean(check.name)})
        if not check.passed:
            SubElement(case, "failure", {"message": _clean(check.detail), "type": "below the bar"})
    return bytes(tostring(suites, encoding="utf-8", xml_declaration=True))


def _clean(text: str) -> str:
    return _NOT_XML.sub("", text)
