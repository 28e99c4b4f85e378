"""Places in a picture that the text beside it tells, such as `cat 100 200 400 600`; the picture itself is not seen."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

_NUMBER = r"-?\d+(?:\.\d+)?"
EDGES, POINT = ("x_min", "y_min", "x_max", "y_max"), ("x", "y")


def keys_of(properties: Mapping[str, Any]) -> tuple[str, ...]:
    """The numbers that a mark has by its JSON schema; () where it is not one in a picture."""
    return next((keys for keys in (EDGES, POINT) if {"label", *keys} <= properties.keys()), ())


def keys_told(rule: str) -> tuple[str, ...]:
    """The same by the line that asks for it."""
    return next((keys for keys in (EDGES, POINT) if all(f'"{key}"' in rule for key in keys)), ())


def places_in(item: str, labels: Sequence[str], keys: Sequence[str]) -> list[dict[str, Any]]:
    """Each label that as many numbers follow, in the order of the text."""
    named = "|".join(re.escape(label) for label in sorted(labels, key=len, reverse=True))
    numbers = r"[\s,]+".join(f"({_NUMBER})" for _ in keys)
    found = re.finditer(rf"\b({named})\b[\s:]*{numbers}(?![\s,]*{_NUMBER})", item, re.IGNORECASE) if labels else ()
    known = {label.casefold(): label for label in labels}
    return [
        {"label": known[one[1].casefold()], **dict(zip(keys, map(_number, one.groups()[1:]), strict=True))}
        for one in found
    ]


def _number(text: str) -> int | float:
    return float(text) if "." in text else int(text)
