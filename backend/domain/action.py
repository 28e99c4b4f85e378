"""Action: something that a person did in Label Studio with a version's predictions."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["annotate", "unannotate", "withdraw"]


@dataclass(frozen=True, slots=True)
class Action:
    """count: annotations created or deleted, predictions deleted
    created: ISO 8601, UTC
    user_id, user_email: who did it
    """

    tag: str
    kind: Kind
    count: int
    created: str
    user_id: int
    user_email: str
