"""The texts that a <Repeater> shows of each item of a task's list: a line for each item, with its number."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.domain.data_paths import MISSING
from backend.domain.labels.inputs.repeater import INDEX, at, items_in
from backend.domain.labels.inputs.values import field_of, value_of


@dataclass(frozen=True, slots=True)
class RepeatedObject:
    """value: the list, such as `$items`
    texts: what is shown of an item, with INDEX for its number

    named: whether some text shows the same variable, which then was a text before items were shown
    """

    value: str
    texts: tuple[str, ...]
    named: bool = False

    def read(self, data: Mapping[str, Any]) -> Mapping[str, str]:
        """Variable -> lines such as `[0] text`; {} where the task has no list there."""
        items = items_in(data, self.value[1:])
        if items is None:
            return {}
        return {self.value[1:]: "\n".join(self._line(number, data) for number in range(len(items)))}

    def _line(self, number: int, data: Mapping[str, Any]) -> str:
        """On one line, so that no item can look like another one."""
        parts = (self._part(text, number, data) for text in self.texts)
        return f"[{number}] {' | '.join(part for part in parts if part)}".rstrip()

    def _part(self, text: str, number: int, data: Mapping[str, Any]) -> str:
        """With the field's name where there are several."""
        template = at(text, number)
        value, path = value_of(template, data, _words), field_of(template)
        words = " ".join(_words(value).split())
        name = path.rpartition(".")[2] if path and "." in text.partition(INDEX)[2] and len(self.texts) > 1 else ""
        return f"{name}: {words}" if name and words else words


def _words(value: Any) -> str:
    """For the model, to which `undefined` and `[object Object]` say nothing: no place is counted in these lines."""
    if value is MISSING:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
