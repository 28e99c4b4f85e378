"""The clock of what a test runs: only the test moves it."""

from dataclasses import dataclass


@dataclass
class Clock:
    """`now`: seconds."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now
