"""Items of lists in a user's message, on lines such as `[0] text`, as a <Repeater> shows them."""

import json
import re

_NUMBERED = re.compile(r"^\[(\d{1,9})\](?: (.*))?$")
_OPENING = re.compile(r'.* a list with an object for each item of ("(?:[^"\\]|\\.)*"), .*?counted from 0; (.*)')


def numbered_lines(item: str, name: str = "") -> dict[int, str]:
    """Number -> what stands on its line, of the list under a line such as `name:`; of the first one where none has that
    name."""
    lists: dict[str, dict[int, str]] = {}
    above = ""
    for line in item.splitlines():
        if found := _NUMBERED.match(line):
            lists.setdefault(above, {})[int(found[1])] = found[2] or ""
        else:
            above = line.strip()
    named = f"{name}:"
    return lists.get(named, {}) if named in item.splitlines() else next(iter(lists.values()), {})


def rule_of_each(rule: str) -> tuple[str, str] | None:
    """The list, and what a system message says of the value for one item; None where it is about something else."""
    found = _OPENING.match(rule)
    return (str(json.loads(found[1])), found[2]) if found else None
