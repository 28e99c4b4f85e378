"""The elements of a labelling config (XML), with the names of their attributes in small letters.

The labelling screen reads `maxrating` as `maxRating`, and so does everything that gets its elements from here. Tags,
and what attributes hold, stay as they are written. Label Studio's server is not so lenient: it takes no config in which
`name`, `toName` or `value` is written otherwise, and its import of predictions takes some attributes for missing.
Configs come from users: entities and document types are refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from backend.errors import LabelConfigError

_MOST_CHARACTERS = 1_000_000
_READ_BY_IMPORT = {name.lower(): name for name in ("maxRating", "alias")}
"""What the import compares predictions with."""


@dataclass(frozen=True, slots=True)
class ConfigTree:
    """root: the element that holds all others
    read_by_import: whether Label Studio's import of predictions reads all that it checks
    """

    root: Element
    read_by_import: bool


def config_tree(xml: str) -> ConfigTree:
    """Of a labelling config. Raises LabelConfigError for what is not XML, or larger than 1 MB."""
    root = _parsed(xml)
    read_by_import = all(_READ_BY_IMPORT.get(name.lower(), name) == name for name in _names(root))
    for element in root.iter():
        attributes = {name.lower(): value for name, value in element.attrib.items()}
        element.attrib.clear()
        element.attrib.update(attributes)
    return ConfigTree(root, read_by_import)


def _names(root: Element) -> Iterator[str]:
    return (name for element in root.iter() for name in element.attrib)


def _parsed(xml: str) -> Element:
    if len(xml) > _MOST_CHARACTERS:
        raise LabelConfigError("The labelling config is larger than 1 MB: shorten it in the project's settings.")
    try:
        root: Element = fromstring(xml, forbid_dtd=True)
        return root
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise LabelConfigError(
            f"The labelling config is not valid XML ({type(error).__name__}): fix it in the project's settings."
        ) from None
