"""Active draw: tasks whose ground truths say more than those of others, because a version is unsure of its answers.

Each task gets a chance of its own: half of it is the same for all, half grows with how unsure the version is (Zrnic
and Candes 2024, "Active Statistical Inference", arXiv 2403.03208; with an equal half, no chance is near 0). The keys
are those of the random draw (`domain.dataset.draw`): a task is drawn if its key is below its chance. So one draw is
inside the other, and

- an estimate weighs each ground truth by 1 / chance;
- tasks whose key is below the least chance of all are as good as drawn with that equal chance: the random draw grows by
  them, and guarantees, which know no weights, count them.

The tasks are as many as were asked for, because the chances are set by the first task that is not drawn (priority
sampling; Duffield, Lund and Thorup 2007, JACM 54(6), who prove that 1 / chance is then the right weight on average).
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import inf, sqrt
from statistics import fmean

from backend.domain.dataset.draw import Draw, draw_key, key_of, share_of
from backend.domain.outcome import Outcome

EQUAL = 0.5
"""The part of the chances that is the same for all tasks."""
UNKNOWN = 0.5
"""Of an answer without confidence, or a task without answer: nobody knows."""


def belief(outcome: Outcome) -> float:
    """The probability (0..1) that an answer is right, as far as the version says. A Rejection is never right."""
    if outcome.spoke and outcome.answer is None:
        return 0.0
    return UNKNOWN if outcome.confidence is None else outcome.confidence


def active_draw(before: Draw, beliefs: Mapping[int, float], size: int) -> Draw:
    """The draw with `size` more of the tasks, or all that are left.

    beliefs: task -> what `belief` says, of all tasks of the project
    """
    start, parts, keys = share_of(before.last), _parts(beliefs), _keys_left(before, beliefs)
    scales = {task: (share_of(key) - start) / (1 - start) / parts[task] for task, key in keys.items()}
    others = sorted(scales.values())[size:]
    scale = others[0] if others else inf
    chances = {task: start + (1 - start) * min(1.0, scale * part) for task, part in parts.items()}
    drawn = [task for task in beliefs if scales.get(task, 0.0) < scale]
    least = key_of(min(chances.values(), default=start))
    combined = {task: max(chances[task], before.chances.get(task, 0.0)) for task in drawn}
    return replace(before, last=max(before.last, least), chances={**before.chances, **combined})


def _parts(beliefs: Mapping[int, float]) -> dict[int, float]:
    """Task -> its chance, if the mean of all is 1."""
    unsure = {task: sqrt(belief * (1 - belief)) for task, belief in beliefs.items()}
    mean = fmean(unsure.values()) if unsure else 0.0
    return {task: EQUAL + (1 - EQUAL) * (doubt / mean if mean else 1.0) for task, doubt in unsure.items()}


def _keys_left(before: Draw, tasks: Iterable[int]) -> dict[int, str]:
    """Task -> key, of those that were not drawn in either way."""
    keys = ((task, draw_key(before.project, task)) for task in tasks if task not in before.chances)
    return {task: key for task, key in keys if key > before.last}
