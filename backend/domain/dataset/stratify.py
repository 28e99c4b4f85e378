"""Strata: a sample that holds every label, each as often as it is among the tasks, as far as that goes."""

from collections import Counter
from collections.abc import Mapping


def stratified(strata: Mapping[int, str], size: int) -> list[int]:
    """`size` of the tasks, or all if there are fewer, ascending. `strata`: task id -> label, those to take first come
    first."""
    left = quotas(Counter(strata.values()), size)
    taken = []
    for task, label in strata.items():
        if left[label]:
            left[label] -= 1
            taken.append(task)
    return sorted(taken)


def quotas(counts: Mapping[str, int], size: int) -> dict[str, int]:
    """How many to take of each label: one of each, the most frequent first, and what is left by share, so that the
    sample is like the whole."""
    labels = sorted(counts, key=lambda label: (-counts[label], label))
    total = sum(counts.values())
    found = {label: int(place < size) for place, label in enumerate(labels)}
    for _ in range(min(size, total) - sum(found.values())):
        open_still = [label for label in labels if found[label] < counts[label]]
        short = max(open_still, key=lambda label: counts[label] * size / total - found[label])
        found[short] += 1
    return found
