"""Reads a labelling config (XML) into a LabelSchema.

Configs come from users: entities and document types are refused, everything unsupported is named and left alone.
"""

from collections.abc import Callable
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from backend.domain.labels.controls.choices import read_choices
from backend.domain.labels.schema import AnyField, LabelSchema
from backend.errors import LabelConfigError

KINDS: dict[str, Callable[[Element], AnyField | str]] = {"Choices": read_choices}
TEXT_TAGS = ("Text", "HyperText", "Header", "Markdown")
_REPEATED = "inside a <Repeater>"
_MOST_CHARACTERS = 1_000_000
_SHOWN, _NAME = 5, 80


def read_config(xml: str) -> LabelSchema:
    """The LabelSchema of a labelling config.

    Raises LabelConfigError, which lists what was found, when there is no supported control or no text variable.
    """
    root = _parse(xml)
    _spread_conditions(root)
    fields, unsupported, prompt_control = _controls(root)
    variables = _variables(root)
    if not fields:
        found = f" It has {_listed(unsupported)}." if unsupported else " It has no controls."
        raise LabelConfigError(
            f"The labelling config has no control a prompt can fill.{found} Add <Choices> in the project's settings."
        )
    if not variables:
        tags = sorted({e.tag for e in root.iter() if e.get("value", "").startswith("$")}) or ["none"]
        raise LabelConfigError(
            "The labelling config shows no text of the task (objects found: "
            f'{_listed(tags)}). Add <Text name="text" value="$text"/> in the project\'s settings.'
        )
    return LabelSchema(tuple(fields), variables, tuple(unsupported), prompt_control, _headers(root))


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(name[:_NAME] for name in names[:_SHOWN]) + more


def _parse(xml: str) -> Element:
    if len(xml) > _MOST_CHARACTERS:
        raise LabelConfigError("The labelling config is larger than 1 MB: shorten it in the project's settings.")
    try:
        root: Element = fromstring(xml, forbid_dtd=True)
        return root
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise LabelConfigError(
            f"The labelling config is not valid XML ({type(error).__name__}): mend it in the project's settings."
        ) from None


def _spread_conditions(root: Element) -> None:
    """A condition on a <View> holds for every control inside it: each element hands it to its children, which come
    after it."""
    for element in root.iter():
        if condition := element.get("visibleWhen"):
            for child in element:
                child.set("visibleWhen", condition)


def _controls(root: Element) -> tuple[list[AnyField], list[str], str | None]:
    fields: dict[str, AnyField] = {}
    unsupported: list[str] = []
    prompt_control = None
    for element in root.iter():
        name = element.get("name", "")
        if not element.get("toName") or not name:
            continue
        if element.tag == "TextArea" and element.get("smart", "").lower() == "true":
            prompt_control = prompt_control or name
            continue
        read = KINDS.get(element.tag)
        field = _REPEATED if "{{" in name else read(element) if read else "not supported yet"
        if isinstance(field, str):
            unsupported.append(f"<{element.tag} name={name!r}> ({field})")
        else:
            fields.setdefault(name, field)
    return list(fields.values()), unsupported, prompt_control


def _variables(root: Element) -> tuple[str, ...]:
    """Names of the task's text fields, in document order; texts behind a URL are not texts of the task."""
    names = [
        value[1:]
        for element in root.iter()
        if element.tag in TEXT_TAGS
        and (value := element.get("value", "")).startswith("$")
        and len(value) > 1
        and "{{" not in value
        and element.get("valueType", "").lower() != "url"
    ]
    return tuple(dict.fromkeys(names))


def _headers(root: Element) -> tuple[str, ...]:
    """Texts of the headers that are the same for all tasks, on one line each."""
    texts = (" ".join(element.get("value", "").split()) for element in root.iter("Header"))
    return tuple(dict.fromkeys(text for text in texts if text and not text.startswith("$") and "{{" not in text))
