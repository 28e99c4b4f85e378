"""Adaptive limit: how many requests may be in flight, learnt from the answers, between 1 and what the user allows.

After as many answers as the limit, the next limit is the number of answers that were not refused, plus a twentieth
(rounded up). Under a hard rate limit it settles where one answer in twenty is a 429. If one in twenty is a 429 by
chance, it stays at the top, where halving (as TCP does) would settle near six.
"""

from math import ceil

PROBE = 0.05


class AdaptiveLimit:
    """`limit`: how many requests may be in flight now."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.limit = most
        self._answers = 0
        self._refused = 0

    def count(self, refused: bool) -> None:
        """Counts one answer. `refused`: whether it was a 429."""
        self._answers += 1
        self._refused += refused
        if self._answers >= self.limit:
            through = self._answers - self._refused
            self.limit = min(self.most, through + ceil(self.limit * PROBE))
            self._answers = self._refused = 0
