"""<TextArea>: free text, one or several.

Refuses texts per item, which `config` names as unsupported; the smart one holds a prompt and is not a control.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from backend.domain.answer import AnswerValue, Texts, texts_of
from backend.domain.characters import is_blank, is_storable, quoted
from backend.domain.labels.choice_names import LONGEST
from backend.domain.labels.conditions import Condition
from backend.domain.labels.controls.base import Held, Region
from backend.domain.labels.controls.count_attribute import count_in
from backend.domain.labels.controls.entered_value import EnteredValue
from backend.domain.labels.controls.region_value import region_of, values_in
from backend.domain.labels.controls.wording import excerpt, key, under
from backend.domain.labels.layout import DeclaredControl
from backend.domain.outcome import Rejection
from backend.domain.statistics.f1 import f1

_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|(?:(?![\u3040-\u30ff\u3400-\u9fff])\w)+")
"""A word; Japanese and Chinese are not divided into words, there each character counts."""


@dataclass(frozen=True)
class TextAreaControl(EnteredValue):
    """most: texts that it takes, None for any number
    hideable: it is not always shown
    placeholder: what annotators read in the empty field
    """

    name: str
    to_name: str
    most: int | None = None
    hideable: bool = False
    required: bool = False
    placeholder: str = ""
    conditions: tuple[Condition, ...] = ()
    heading: tuple[str, ...] = ()

    tag: ClassVar[str] = "TextArea"
    noun: ClassVar[str] = "text"
    task: ClassVar[str] = "Write the texts ({names}) for this item."
    holds: ClassVar[type[AnswerValue]] = Texts
    probable: ClassVar[bool] = False

    @property
    def many(self) -> bool:
        return self.most != 1

    @property
    def nullable(self) -> bool:
        return not self.many and (self.hideable or not self.required)

    @property
    def column(self) -> Literal["text", "texts"]:
        return "texts" if self.many else "text"

    @property
    def identity(self) -> list[Any]:
        return [self.tag, self.name, self.to_name, self.most, self.nullable, self.placeholder]

    @property
    def answers(self) -> Hashable:
        return (self.tag, self.name, self.most)

    def describe(self, definitions: Mapping[str, str], when: str = "", heading: str = "") -> str:
        hint = f"; its hint: {quoted(self.placeholder, LONGEST)}" if self.placeholder else ""
        return f"{key(self.name)}: {under(heading)}{self._rule(when)}{hint}"

    def _rule(self, when: str) -> str:
        if self.many:
            some = "a list of texts" if self.most is None else f"a list of at most {self.most} texts"
            how = f"{some}, at least one" if self.required else f"{some}, empty if there is nothing to write"
            return f"[] unless {when}, else {how}" if when else how
        if when:
            return f"null unless {when}, else a text" + ("" if self.required else " or null")
        return "null if there is nothing to write, else a text" if self.nullable else "a text"

    def json_schema(self) -> dict[str, Any]:
        if self.many:
            return {"type": "array", "items": {"type": "string"}}
        return {"type": ["string", "null"] if self.nullable else "string"}

    def parse(self, value: Any) -> Held | Rejection:
        """Blank texts are none; the others are kept as they are."""
        items = value if isinstance(value, list) else [] if value is None else [value]
        wrong = next((item for item in items if not isinstance(item, str)), None)
        if wrong is not None or None in items:
            return Rejection("wrong_type", f"{excerpt(wrong)} is not a text, which '{self.name}' takes.")
        if broken := next((text for text in items if not is_storable(text)), None):
            return Rejection("wrong_type", f"{excerpt(broken)} has characters that no text of '{self.name}' can keep.")
        texts = tuple(text for text in items if not is_blank(text))
        if self.most is not None and len(texts) > self.most:
            most = "one text" if self.most == 1 else f"at most {self.most} texts"
            return Rejection("too_many", f"'{self.name}' takes {most}, the answer has {len(texts)}.")
        return Texts(texts) if texts else None

    def to_json(self, value: Held) -> Any:
        texts = list(texts_of(value))
        return texts if self.many else texts[0] if texts else None

    def to_regions(self, value: Held) -> list[dict[str, Any]]:
        """Label Studio wants a list, and shows an empty text as an empty bubble."""
        if value is None:
            return []
        return [region_of(self, "textarea", text=list(texts_of(value)))]

    def from_regions(self, regions: Sequence[Region]) -> Held:
        submitted: list[str] = []
        for texts in values_in(regions, "text"):
            submitted += [texts] if isinstance(texts, str) else texts if isinstance(texts, list) else []
        filled = tuple(text for text in submitted if isinstance(text, str) and not is_blank(text))
        return Texts(filled) if filled else None

    @property
    def usable_in_conditions(self) -> bool:
        return True

    def equal(self, first: Held, second: Held) -> bool:
        return first == second

    def partial(self, first: Held, second: Held) -> float:
        """The F1 of the words that both have, as SQuAD counts it (Rajpurkar et al. 2016); of several texts together."""
        if first is None or second is None or first == second:
            return float(first == second)
        first_tokens, second_tokens = _tokens(first), _tokens(second)
        shared = (first_tokens & second_tokens).total()
        return f1(shared, first_tokens.total(), second_tokens.total()) or 0.0

    def cell(self, value: Held) -> Any:
        return self.to_json(value)

    def show(self, value: Held) -> str:
        return " | ".join(" ".join(text.split()) for text in texts_of(value)) or "(none)"


def _tokens(value: Held) -> Counter[str]:
    words = unicodedata.normalize("NFKC", " ".join(texts_of(value))).casefold()
    return Counter(_TOKEN.findall(words))


def build_text_area(declared: DeclaredControl) -> TextAreaControl | str:
    """The control of a <TextArea> element, or why it isn't supported."""
    element = declared.element
    if element.get("peritem", "").lower() == "true":
        return 'perItem="true" (per item)'
    return TextAreaControl(
        name=declared.name,
        to_name=declared.to_name,
        most=count_in(element.get("maxsubmissions", "")),
        hideable=declared.hideable,
        required=declared.required,
        placeholder=" ".join(element.get("placeholder", "").split()),
        conditions=declared.conditions,
        heading=tuple(declared.heading),
    )
