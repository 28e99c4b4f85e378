"""Counts a look at the ground truths that judge rewrites of a prompt."""

from collections.abc import Iterable

from backend.adapters.database.projects.looks import LookStore
from backend.domain.optimize.looks import CountedLook, Look, counted
from backend.domain.prompts.version import PromptVersion


def count_look(store: LookStore, base: PromptVersion, looked_at: PromptVersion, tasks: Iterable[int]) -> CountedLook:
    """Notes it, and says which look it is. The same one again is not counted again.

    base: the prompt that `looked_at` is compared with
    tasks: those of the ground truths
    """
    look = Look(looked_at.content, frozenset(tasks))
    counted_look = counted(store.of(base.name), look, base.content)
    store.note(base.name, look)
    return counted_look
