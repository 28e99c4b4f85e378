"""User message: the text about a task with its pictures, and the same message with the two compared inputs
exchanged."""

from collections.abc import Iterable, Sequence
from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING, Any

from backend.domain.labels.comparisons import exchanged
from backend.domain.labels.reading import as_read
from backend.domain.outcome import Failure
from backend.domain.picture import PlacedAttachment

if TYPE_CHECKING:
    from backend.domain.labels.schema import LabelSchema
    from backend.domain.picture import Attachment
    from backend.domain.prompts.version import PromptVersion
    from backend.domain.task import Task

Message = tuple[str, tuple[PlacedAttachment, ...]]
"""What the user says, and the pictures in it."""


def parts_of(message: Message) -> list["str | Attachment"]:
    """A message in pieces: texts, of which none is empty, and what is shown."""
    user, pictures = message
    ends = [0, *(at for at, _ in pictures), len(user)]
    texts = [user[start:end] for start, end in pairwise(ends)]
    attachments = [picture for _, picture in pictures]
    return [part for pair in zip_longest(texts, attachments) for part in pair if part]


def digest_parts(messages: Sequence[Message], example_turns: Sequence[tuple[str, str]]) -> list[Any]:
    """What a digest has of messages, one for each order that is asked; what there is not is not in it."""
    (user, pictures), *others = messages
    parts: list[Any] = [user, 0]
    if example_turns or pictures or others:
        parts.append(example_turns)
    if pictures or others:
        parts.append(_identities(pictures))
    return parts + [[text, _identities(attachments)] for text, attachments in others]


def both_orders(
    first: Message, task: "Task", version: "PromptVersion", schema: "LabelSchema"
) -> tuple[Message, ...] | Failure:
    """`first`, the message about `task`, and the one with the inputs exchanged that the version
    compares; () where it asks in one order."""
    if not version.swaps:
        return ()
    turned = exchanged(as_read(task, schema), version.variables, schema)
    values = version.values(turned)
    if isinstance(values, Failure):
        return values
    return first, (version.fill(values), version.attachments(values, turned.pictures))


def _identities(pictures: Iterable[PlacedAttachment]) -> list[Any]:
    return [(at, *picture.identity) for at, picture in pictures]
