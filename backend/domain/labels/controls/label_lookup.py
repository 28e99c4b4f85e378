"""Which label a name means, and by which names a label goes."""

import unicodedata
from collections.abc import Sequence

from backend.domain.answer import Labels, labels_or_none
from backend.domain.labels.choice_names import Choice


class LabelLookup:
    """The names of some labels. `exact`: as shown -> as stored."""

    def __init__(self, choices: Sequence[Choice]) -> None:
        self.exact = {choice.name: choice.stored for choice in choices}
        self.order = {choice.stored: index for index, choice in enumerate(choices)}
        names = [(name, choice.name) for choice in choices for name in (choice.stored, choice.own)]
        self.display_names = dict(reversed(names))
        self.own = _own(choices)
        self._folded = _folded(choices)

    def find(self, name: str) -> str | None:
        """See `Control.find`."""
        return name if name in self.exact else self._folded.get(fold(name))

    def ordered(self, labels: Sequence[str]) -> Labels | None:
        """Each label once, in the order of the config; labels the config does not know come last, by name."""
        if len(labels) < 2:
            return labels_or_none(labels)
        last = len(self.order)
        return Labels(tuple(sorted(set(labels), key=lambda label: (self.order.get(label, last), label))))


def fold(text: str) -> str:
    """Labels are the same when these are equal: Unicode NFC, trimmed, case folded."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).strip().casefold())


def _own(choices: Sequence[Choice]) -> dict[str, str]:
    """Stored -> the config's own name; of equal names the first choice has it, as in Label Studio."""
    first: dict[str, str] = {}
    for choice in choices:
        first.setdefault(choice.own, choice.stored)
    return {stored: own for own, stored in first.items()}


def _folded(choices: Sequence[Choice]) -> dict[str, str | None]:
    """Folded name -> label, as shown; None where two labels fold to the same name, which would be a guess."""
    names: dict[str, str | None] = {}
    for choice in choices:
        folded = fold(choice.name)
        names[folded] = None if folded in names else choice.name
    return names
