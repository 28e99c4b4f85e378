"""Stratified samples: every label is in the sample, as far as possible in proportion to its share of the tasks."""

from collections import Counter
from collections.abc import Mapping

from backend.domain.answer import Answer
from backend.domain.labels.schema import LabelSchema


def stratified(strata: Mapping[int, str], size: int) -> list[int]:
    """`size` of the tasks, ascending, or all if there are fewer.

    strata: task id -> label, in the order in which tasks are preferred
    """
    left = quotas(Counter(strata.values()), size)
    selected = []
    for task, label in strata.items():
        if left[label]:
            left[label] -= 1
            selected.append(task)
    return sorted(selected)


def quotas(counts: Mapping[str, int], size: int) -> dict[str, int]:
    """How many tasks of each label to take: one of each, the most frequent first, and the rest in proportion to the
    shares."""
    labels = sorted(counts, key=lambda label: (-counts[label], label))
    total = sum(counts.values())
    by_label = {label: int(index < size) for index, label in enumerate(labels)}
    for _ in range(min(size, total) - sum(by_label.values())):
        open_still = [label for label in labels if by_label[label] < counts[label]]
        short = max(open_still, key=lambda label: counts[label] * size / total - by_label[label])
        by_label[short] += 1
    return by_label


def stratum(answer: Answer, schema: LabelSchema) -> str:
    """The classes that an answer falls into, on one line."""
    classes = {f.name: ", ".join(f.classes(answer.get(f.name))) or "(none)" for f in schema.classed.fields}
    return "; ".join([f"{name}: {held}" for name, held in classes.items()] if len(classes) > 1 else classes.values())
