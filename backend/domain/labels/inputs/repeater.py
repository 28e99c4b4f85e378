"""<Repeater>: what a labelling config holds once for each item of a task's list.

Read as Label Studio 1.23 expands it in the browser (its Tree): in each attribute inside, the first `indexFlag` becomes
the number of the item, in those of the Repeater's own children the first two.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from string import digits
from typing import Any
from xml.etree.ElementTree import Element

from backend.domain.data_paths import MISSING, look_up
from backend.domain.labels.inputs.values import field_of

INDEX = "\x01"
"""What stands for an item's number in the attributes that were read; no XML has it."""
MOST = 1000
"""Items of a list. No screen shows more."""
MOST_REPEATED = 100
"""Controls inside Repeaters."""
_DIGITS = 10
_FLAG = "{{idx}}"
_NO_LIST = 'inside a <Repeater> that repeats no field of the task: write on="$field"'
_SEPARATORS = "_-.: "


@dataclass(frozen=True, slots=True)
class Repeater:
    """on: the path of the list
    flag: what the config writes for an item's number
    trouble: why prompts cannot fill what it holds, "" if they can
    """

    on: str
    flag: str = _FLAG
    trouble: str = ""

    def written(self, text: str) -> str:
        """As it stands in the config."""
        return text.replace(INDEX, self.flag)


def repeater_of(element: Element, around: Repeater | None) -> Repeater:
    """Of a <Repeater> element. Puts INDEX in place of the flag in all that it holds, unless it is within another."""
    flag, on = element.get("indexflag", _FLAG), field_of(element.get("on", ""))
    if around is not None:
        return Repeater(around.on, around.flag, "inside a <Repeater> that another one repeats")
    if on is None or "{" in on:
        return Repeater("", flag, _NO_LIST)
    if not flag:
        return Repeater(on, flag, "inside a <Repeater> without an index")
    for child in element:
        _mark(child, flag, 2)
        for below in child.iter():
            if below is not child:
                _mark(below, flag, 1)
    return Repeater(on, flag)


def _mark(element: Element, flag: str, times: int) -> None:
    for name, value in element.attrib.items():
        element.set(name, value.replace(flag, INDEX, times))


def is_repeater(element: Element) -> bool:
    """The screen does not tell capitals from small letters here."""
    return element.tag.lower() == "repeater"


def items_in(data: Mapping[str, Any], path: str) -> list[Any] | None:
    """The items of a task; [] where it has none, None where something else than a list of at most MOST stands there."""
    items = look_up(data, path)
    if items is MISSING or items is None or items == "":
        return []
    return items if isinstance(items, list) and len(items) <= MOST else None


def at(text: str, number: int) -> str:
    """A name or a template as it is for one item."""
    return text.replace(INDEX, str(number))


def number_in(name: str, pattern: str) -> int | None:
    """The number of the item with which `at` makes that name of the pattern; None for another name."""
    before, _, after = pattern.partition(INDEX)
    if not name.startswith(before) or not name.endswith(after):
        return None
    number = name[len(before) : len(name) - len(after)]
    valid = number.isascii() and number.isdigit() and len(number) < _DIGITS and at(pattern, int(number)) == name
    return int(number) if valid else None


def keys_of(names: Sequence[str], tags: Sequence[str], taken: Collection[str]) -> list[str]:
    """The name in an answer of each control: its own; of a repeated one its own without the index, but none of another
    control and none of `taken`. "" for a repeated one whose name another control may have too for some item, and for
    those after the first MOST_REPEATED."""
    alone = [name for name in names if INDEX not in name]
    patterns = [name for name in names if INDEX in name][:MOST_REPEATED]
    times = Counter(map(_apart, patterns))
    single = [name for name in patterns if times[_apart(name)] == 1]
    free = {name for name in single if all(number_in(single_name, name) is None for single_name in alone)}
    used, keys = {*alone, *taken}, list[str]()
    for name, tag in zip(names, tags, strict=True):
        keys.append(name if INDEX not in name else _key(name, tag, used) if name in free else "")
        used.add(keys[-1])
    return keys


def _apart(pattern: str) -> tuple[str, str]:
    """Equal for patterns that make the same name of some items."""
    before, _, after = pattern.partition(INDEX)
    return before.rstrip(digits), after.lstrip(digits)


def _key(pattern: str, tag: str, used: Collection[str]) -> str:
    before, _, after = pattern.partition(INDEX)
    parts = [before.rstrip(_SEPARATORS), after.lstrip(_SEPARATORS)]
    key = "_".join(part for part in parts if part) or tag.lower()
    while key in used:
        key += "_"
    return key
