"""Layout: which texts are where in a labelling config, and under which conditions its controls are shown.

Texts with variables are what a task is asked about; constant texts belong to the control below or around them. The tree
is walked once, without recursion, because configs come from users.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from backend.domain.labels.conditions import MOST, Condition, can_be_hidden, condition_of
from backend.domain.labels.inputs.files import FileObject
from backend.domain.labels.inputs.linked import linked_text
from backend.domain.labels.inputs.media import MediaObject
from backend.domain.labels.inputs.read_inputs import NAMED, READ_TAGS, ReadInput, read_input
from backend.domain.labels.inputs.repeated import RepeatedObject
from backend.domain.labels.inputs.repeater import INDEX, Repeater, is_repeater, keys_of, repeater_of

FORMER = ("Text", "HyperText", "Header", "Markdown")
TEXT_TAGS = (*FORMER, "Paragraphs", "Dialog")
_WHOLE = re.compile(r"\$([\w.\[\]-]*[\w\]])")
_WITHIN = re.compile(r"\$((?!\d)\w+(?:\.\w+|\[\d+\])*)")
_BRACED = re.compile(r"\{(\S+?)\}")
_MARKUP = re.compile(r"<[^<>]*>")


@dataclass(slots=True)
class DeclaredControl:
    """A control where it stands.

    hideable: something says when it is shown, be it of any effect or not
    heading: constant texts above it
    object: the element that it is about
    objects: all that there are, by name
    repeater: what repeats it
    key: its name in an answer, "" where that of another one may be the same
    """

    element: Element
    hideable: bool
    conditions: tuple[Condition, ...]
    heading: list[str] = field(default_factory=list)
    object: Element | None = None
    objects: Mapping[str, Element] = field(default_factory=dict)
    repeater: Repeater | None = None
    key: str = ""

    @property
    def name(self) -> str:
        return self.element.get("name", "")

    @property
    def written(self) -> str:
        """Its name as it stands in the config."""
        return self.name if self.repeater is None else self.repeater.written(self.name)

    @property
    def to_name(self) -> str:
        """The object it is about; the first of several."""
        return self.element.get("toname", "").split(",")[0].strip()

    @property
    def per_region(self) -> bool:
        """What the attribute says, which not all tags know: see `registry.is_per_region`."""
        return self.element.get("perregion", "").lower() == "true"

    @property
    def required(self) -> bool:
        return self.element.get("required", "").lower() == "true"


@dataclass(slots=True)
class Layout:
    """phrases: texts with variables in them, as parts of a prompt
    headers: constant ones of <Header>, in order
    former: the variables that releases before knew
    texts: those that texts show
    inputs: lists, tables, pictures and texts that are loaded or decoded, by their variable
    repeated: texts for each item of a list, by its variable
    """

    controls: list[DeclaredControl] = field(default_factory=list)
    variables: dict[str, None] = field(default_factory=dict)
    phrases: dict[str, None] = field(default_factory=dict)
    headers: dict[str, None] = field(default_factory=dict)
    former: dict[str, None] = field(default_factory=dict)
    texts: dict[str, None] = field(default_factory=dict)
    inputs: dict[str, ReadInput] = field(default_factory=dict)
    repeated: dict[str, dict[str, None]] = field(default_factory=dict)
    _above: list[str] = field(default_factory=list)

    def add_text(self, element: Element, owner: DeclaredControl | None, repeater: Repeater | None) -> None:
        text = element.get("value") or "".join(element.itertext())
        if linked := linked_text(element):
            self.inputs.setdefault(linked.value[1:], linked)
        if "{{" in text or element.get("valuetype", "").lower() == "url":
            self.variables |= {linked.value[1:]: None} if linked else {}
            return
        if INDEX in text:
            self._add_repeated(text, repeater)
            return
        if element.tag in FORMER and text.startswith("$") and len(text) > 1 and element.get("value"):
            self.former[text[1:]] = None
        whole, within = _WHOLE.fullmatch(text), _WITHIN.findall(text)
        self.texts |= dict.fromkeys([whole[1]] if whole else within)
        self.variables |= dict.fromkeys([whole[1]] if whole else within)
        if whole:
            return
        if within:
            literal = " ".join(map(_with_blanks, text.split()))
            self.phrases[_WITHIN.sub(r"{\1}", literal)] = None
        elif constant := _constant(element, text):
            (self._above if owner is None else owner.heading).append(constant)
            self.headers |= {constant: None} if element.tag == "Header" else {}

    def _add_repeated(self, text: str, repeater: Repeater | None) -> None:
        if repeater is not None and not repeater.trouble:
            self.variables[repeater.on] = None
            self.phrases[f"{repeater.on}:\n{{{repeater.on}}}"] = None
            self.repeated.setdefault(repeater.on, {})[text] = None

    def add_input(self, element: Element) -> None:
        """A list, a table or pictures; it shows one field, or nothing. The lines of a list or table begin on a line of
        their own."""
        shown_input = read_input(element)
        if isinstance(shown_input, MediaObject):
            self.inputs.setdefault(f"<{shown_input.tag}>", shown_input)
            return
        whole = (
            _WHOLE.fullmatch(shown_input.value) if shown_input is not None and "{{" not in shown_input.value else None
        )
        if shown_input is None or whole is None:
            return
        self.variables[whole[1]] = None
        self.inputs.setdefault(whole[1], shown_input)
        if not isinstance(shown_input, FileObject):
            self.phrases[f"{whole[1]}:\n{{{whole[1]}}}"] = None

    def read_inputs(self) -> tuple[ReadInput, ...]:
        """`inputs`, which know whether a text names them, and lists of which the items are shown."""
        lists = {name: RepeatedObject(f"${name}", tuple(texts)) for name, texts in self.repeated.items()}
        return tuple(
            replace(shown_input, named=name in self.texts) if isinstance(shown_input, NAMED) else shown_input
            for name, shown_input in (lists | self.inputs).items()
        )

    def add_control(self, declared: DeclaredControl) -> None:
        declared.heading, self._above = self._above, []
        self.controls.append(declared)


def _constant(element: Element, text: str) -> str:
    """A text that is the same for all tasks, on one line; "" for none."""
    bare = _MARKUP.sub(" ", text) if element.tag == "HyperText" else text
    return " ".join(bare.split())


def _with_blanks(word: str) -> str:
    """Blanks inside the braces of a word, so that they are no variable. What follows the last brace is not searched,
    because each opening brace would read it all."""
    end = word.rfind("}") + 1
    return _BRACED.sub(r"{ \1 }", word[:end]) + word[end:]


@dataclass(slots=True)
class _Context:
    """What holds for an element by those around it."""

    conditions: tuple[Condition, ...] = ()
    hideable: bool = False
    owner: DeclaredControl | None = None
    in_text: bool = False
    repeater: Repeater | None = None


def layout_of(root: Element) -> Layout:
    """Of a whole config."""
    layout = Layout()
    objects: dict[str, Element] = {}
    for element, context in _walk(root):
        if element.get("name") and not element.get("toname"):
            objects.setdefault(element.get("name", ""), element)
        if element.tag in TEXT_TAGS and not context.in_text:
            layout.add_text(element, context.owner, context.repeater)
        elif element.tag in READ_TAGS:
            layout.add_input(element)
        if context.owner is not None and context.owner.element is element:
            layout.add_control(context.owner)
    for declared in layout.controls:
        declared.object, declared.objects = objects.get(declared.to_name), objects
    conditions = {condition.control or "" for declared in layout.controls for condition in declared.conditions}
    names = [declared.name for declared in layout.controls]
    keys = keys_of(names, [declared.element.tag for declared in layout.controls], conditions)
    for declared, key in zip(layout.controls, keys, strict=True):
        declared.key = key
    return layout


def _walk(root: Element) -> Iterator[tuple[Element, _Context]]:
    """Every element in document order. A control is the owner of its own place."""
    pending = [(root, _Context())]
    while pending:
        element, around = pending.pop()
        context = _within(element, around)
        yield element, context
        hideable = around.hideable or (can_be_hidden(element) and bool(element.get("visiblewhen")))
        inside = _Context(context.conditions, hideable, context.owner, repeater=context.repeater)
        inside.in_text = around.in_text or element.tag in TEXT_TAGS
        pending += [(child, inside) for child in reversed(element)]


def _within(element: Element, around: _Context) -> _Context:
    own = condition_of(element)
    conditions = (*around.conditions, own) if own and len(around.conditions) <= MOST else around.conditions
    context = _Context(conditions, around.hideable, around.owner, around.in_text, around.repeater)
    if is_repeater(element):
        context.repeater = repeater_of(element, around.repeater)
    if element.get("name") and element.get("toname"):
        conditional = can_be_hidden(element) and element.get("visiblewhen") is not None
        hideable = around.hideable or conditional or bool(conditions)
        context.owner = DeclaredControl(element, hideable, conditions, repeater=around.repeater)
    return context
