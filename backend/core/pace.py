"""How many requests may be in flight: learnt from the answers, between 1 and what the user allows.

The rule: after as many answers as the limit, the next limit is what the last ones got through, plus a twentieth
(rounded up) to probe for more. Under a hard rate limit it settles where one answer in twenty is a 429; when one in
twenty is a 429 by chance it stays at the top, where halving (as TCP does) would settle near six. A time-out counts as a
429: a server that answers one request after the other can have no more waiting than it answers in that time.
"""

from math import ceil

PROBE = 0.05


class Pace:
    """`limit` is the number that may be in flight now."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.limit = most
        self._answers = 0
        self._refused = 0

    def heard(self, refused: bool) -> None:
        """Counts one answer; `refused`: it was a 429, or did not come in time."""
        self._answers += 1
        self._refused += refused
        if self._answers >= self.limit:
            through = self._answers - self._refused
            self.limit = min(self.most, through + ceil(self.limit * PROBE))
            self._answers = self._refused = 0
