"""What controls have in common whose values are entered, not chosen: texts, numbers, dates."""

from typing import Any

from backend.domain.labels.controls.base import Control, rules_of
from backend.domain.labels.controls.unlabeled import Unlabeled


class EnteredValue(Unlabeled):
    """`hideable`: it is not always shown."""

    hideable: bool
    required: bool

    @property
    def nullable(self) -> bool:
        return self.hideable or not self.required

    @property
    def must_answer(self) -> bool:
        return self.required

    @property
    def rules(self: Control) -> list[Any] | None:
        return rules_of(self, self.required)
