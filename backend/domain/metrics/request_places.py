"""Request places: numbers requests in the order in which they are first seen, in some 20 bytes each.

A dictionary would take 150, and the summary of a run of a million tasks knows a million requests.
"""

from array import array

FIRST_SIZE = 1024
"""Slots, a power of two. At least a third of them is free, so that few are tried for each request."""


class RequestPlaces:
    """A table with open addressing: a slot holds a place + 1, or 0 while it is free; places lead to keys."""

    def __init__(self) -> None:
        self._keys = array("q")
        self._slots = array("I", bytes(4 * FIRST_SIZE))

    def __len__(self) -> int:
        return len(self._keys)

    def of(self, key: int) -> int:
        """The place of a request: how many others were seen before it. `key`: 64 bits that identify it, signed."""
        keys, slots = self._keys, self._slots
        mask = len(slots) - 1
        slot = key & mask
        while position := slots[slot]:
            if keys[position - 1] == key:
                return position - 1
            slot = (slot + 1) & mask
        keys.append(key)
        slots[slot] = len(keys)
        if 3 * len(keys) > 2 * len(slots):
            self._grow()
        return len(keys) - 1

    def _grow(self) -> None:
        size = 2 * len(self._slots)
        slots = self._slots = array("I", bytes(4 * size))
        for position, key in enumerate(self._keys, start=1):
            slot = key & (size - 1)
            while slots[slot]:
                slot = (slot + 1) & (size - 1)
            slots[slot] = position
