"""The second model of a cascade, as a prompt file or a user names it: the lines `then` and `below`."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

from backend.advice import Advice
from backend.domain.cascade import Cascade
from backend.domain.connections.connection import DEFAULT, RESERVED, read_reference
from backend.errors import PromptError

THEN, BELOW = "then", "below"


@dataclass(frozen=True, slots=True)
class SecondModel:
    """What is named. None for what is not.

    then: `connection/model`, or a model alone
    connection: where it is named apart; `then` is the model
    below: the threshold
    """

    then: str | None = None
    connection: str | None = None
    below: float | None = None

    def over(self, other: "SecondModel") -> "SecondModel":
        """This one, and what it leaves out from the other."""
        named = other if self.then is None else self
        return SecondModel(named.then, named.connection, other.below if self.below is None else self.below)

    def cascade(self, names: Container[str]) -> Cascade | None:
        """The Cascade; None if no second model is named. names: of the stored connections.

        Raises PromptError for a threshold alone, and for a connection that is not there.
        """
        if self.then is None:
            if self.below is not None:
                raise PromptError("A threshold needs a second model: name one, or leave the threshold out.")
            return None
        if self.connection is None:
            connection, model = read_reference(self.then, names)
            return Cascade(model, connection, self.below)
        if self.connection not in RESERVED and self.connection not in names:
            name = self.connection[:40]
            sentence = f"The prompt file names the connection '{name}' for the second model, which is not here:"
            raise PromptError(sentence, Advice.ADD_CONNECTION, connection=name)
        return Cascade(self.then, self.connection, self.below)


NONE = SecondModel()


def take_second(header: dict[str, Any]) -> SecondModel:
    """Takes `then` and `below` out of a header. Raises PromptError for what they can't hold."""
    then, below = header.pop(THEN, None), header.pop(BELOW, None)
    if below is not None and (isinstance(below, bool) or not isinstance(below, int | float)):
        raise PromptError(f"The header's '{BELOW}' is not a number: write a confidence, like '{BELOW}: 0.85'.")
    if isinstance(then, Mapping) and then.keys() == {"connection", "model"}:
        return SecondModel(str(then["model"]), str(then["connection"]), below)
    if then is not None and not isinstance(then, str):
        raise PromptError(f"The header's '{THEN}' must be a model, like '{THEN}: gpt-4o'.")
    return SecondModel(then or None, None, below)


def second_of(cascade: Cascade | None) -> SecondModel:
    """As a file has it."""
    return NONE if cascade is None else SecondModel(cascade.model, cascade.connection, cascade.below)


def second_lines(second: SecondModel) -> dict[str, Any]:
    """The lines of the header. A model alone would be read as a reference if it has a slash."""
    if second.then is None:
        return {}
    plain = second.connection in (None, DEFAULT) and "/" not in second.then
    then = second.then if plain else {"connection": second.connection or DEFAULT, "model": second.then}
    return {THEN: then, **({} if second.below is None else {BELOW: second.below})}
