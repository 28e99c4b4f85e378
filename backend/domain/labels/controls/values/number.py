"""<Number>: a number, within `min` and `max` and in steps where the config has them.

Refuses numbers per item, which `config` names as unsupported. Nothing is rounded or clamped: a text, or a
number that Label Studio would not let an annotator submit, is a Rejection.
"""

import math
import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from backend.domain.answer import Number, number_of
from backend.domain.labels.conditions import Condition
from backend.domain.labels.controls.base import Held
from backend.domain.labels.controls.values.numeric import Numeric, nearness, number_in
from backend.domain.labels.controls.wording import excerpt, key, under
from backend.domain.labels.layout import DeclaredControl
from backend.domain.outcome import Rejection

_NUMBER = re.compile(r"\s*[-+]?(\d++\.?\d*|\.\d+)([eE][-+]?\d+)?\s*", re.ASCII)
_NEAR = 1e-8
"""How far off a step Label Studio lets a number be."""


@dataclass(frozen=True)
class NumberControl(Numeric):
    """least, most: both ends belong to it
    step: counted from `least`, else from 0; each None where the config says nothing
    """

    name: str
    to_name: str
    least: int | float | None = None
    most: int | float | None = None
    step: int | float | None = None
    hideable: bool = False
    required: bool = False
    conditions: tuple[Condition, ...] = ()
    heading: tuple[str, ...] = ()

    tag: ClassVar[str] = "Number"
    noun: ClassVar[str] = "number"
    task: ClassVar[str] = "Give the numbers ({names}) for this item."

    @property
    def identity(self) -> list[Any]:
        return [self.tag, self.name, self.to_name, self.least, self.most, self.step, self.nullable]

    @property
    def answers(self) -> Hashable:
        return (self.tag, self.name, self.least, self.most, self.step)

    @property
    def column(self) -> Literal["float"]:
        return "float"

    def describe(self, definitions: Mapping[str, str], when: str = "", heading: str = "") -> str:
        return f"{key(self.name)}: {under(heading)}{self._rule(when)}"

    def _rule(self, when: str) -> str:
        how = self._range_words
        if when:
            return f"null unless {when}, else {how}" + ("" if self.required else " or null")
        return f"null if there is none, else {how}" if self.nullable else how

    @property
    def _range(self) -> str:
        if self.least is not None and self.most is not None:
            return f" from {self.least} to {self.most}"
        least = "" if self.least is None else f" of at least {self.least}"
        return least or ("" if self.most is None else f" of at most {self.most}")

    @property
    def _range_words(self) -> str:
        if self.step is None:
            return f"a number{self._range}"
        if self.step == 1 and not isinstance(self.least, float):
            return f"a whole number{self._range}"
        steps = f", a multiple of {self.step}" if self.least is None else f" in steps of {self.step}"
        return f"a number{self._range}{steps}"

    def json_schema(self) -> dict[str, Any]:
        return {"type": ["number", "null"] if self.nullable else "number"}

    def parse(self, value: Any) -> Held | Rejection:
        if value is None:
            return None
        number = number_in(value)
        if number is None:
            return Rejection("wrong_type", f"{excerpt(value)} is not a number, which '{self.name}' takes.")
        if not self._fits(number):
            return Rejection("out_of_range", f"{excerpt(value)} is not {self._range_words}, as '{self.name}' takes.")
        return Number(number)

    def _fits(self, number: int | float) -> bool:
        if (self.least is not None and number < self.least) or (self.most is not None and number > self.most):
            return False
        return self.step is None or abs(math.remainder(number - (self.least or 0), self.step)) <= _NEAR

    def partial(self, first: Held, second: Held) -> float:
        """1 for the same, less by the share of the range, or of the larger one where there is no range, that they are
        apart."""
        size, other_size = abs(number_of(first) or 0), abs(number_of(second) or 0)
        whole = None if self.least is None or self.most is None else self.most - self.least
        return nearness(first, second, whole or max(size, other_size))


def build_number(declared: DeclaredControl) -> NumberControl | str:
    """The control of a <Number> element, or why it isn't supported."""
    element = declared.element
    if element.get("peritem", "").lower() == "true":
        return 'perItem="true" (per item)'
    least, most, step = (_written(element.get(name, "")) for name in ("min", "max", "step"))
    if least is not None and most is not None and least > most:
        return f"no number is from {least} to {most}"
    return NumberControl(
        name=declared.name,
        to_name=declared.to_name,
        least=least,
        most=most,
        step=abs(step) if step else None,
        hideable=declared.hideable,
        required=declared.required,
        conditions=declared.conditions,
        heading=tuple(declared.heading),
    )


def _written(text: str) -> int | float | None:
    """A number in a config; what is none says nothing, as in Label Studio."""
    return number_in(float(text)) if _NUMBER.fullmatch(text) else None
