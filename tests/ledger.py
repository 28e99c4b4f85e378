"""A budget without a database."""

from backend.domain.chat.request import Completion


class Ledger:
    """`left` of `whole`: USD. `kept`: what stays reserved; `paid`: the answers that were paid for."""

    def __init__(self, left: float, whole: float = 1.0) -> None:
        self.left, self.whole = left, whole
        self.kept: float | None = None
        self.paid: list[Completion] = []

    def budget(self) -> float:
        return self.whole

    def hold(self, holder: str, least: float, most: float) -> float | None:
        return None if least > self.left else min(most, self.left)

    def keep(self, holder: str, usd: float) -> None:
        self.kept = usd

    def pay(self, answer: Completion) -> None:
        self.paid.append(answer)
