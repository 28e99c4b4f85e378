"""Truth selection: which annotations of tasks count as ground truths, and which are left out, by reason."""

from collections import defaultdict
from collections.abc import Sequence

from backend.domain.annotated_task import AnnotatedTask
from backend.domain.dataset.ground_truth import LeftOut, gone_labels, is_own, otherwise_of, truth_of
from backend.domain.dataset.subset import Subset
from backend.domain.few_shot.messages import ExampleOwners
from backend.domain.labels.reading import as_read
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Failure, Truth
from backend.domain.prompts.version import PromptVersion
from backend.domain.task import Task


class TruthSelection:
    """Takes annotated tasks one at a time.

    subset: the kind and the split of the ground truths, and what it includes that would be left out
    judged: versions that the ground truths are for: those from their prompts' own predictions, and their examples, are
        left out
    pairs: the tasks that count, each with its ground truth
    """

    def __init__(self, schema: LabelSchema, subset: Subset, judged: Sequence[PromptVersion]) -> None:
        self.pairs: list[tuple[Task, Truth]] = []
        self._schema, self._subset = schema, subset
        self._names = tuple(dict.fromkeys(name for version in judged for name in version.names))
        self._owners = [ExampleOwners(version) for version in judged if version.examples and not subset.leave_one_out]
        self._self_predicted: list[int] = []
        self._accepted: list[int] = []
        self._examples: list[int] = []
        self._unseen: list[int] = []
        self._unknown_labels: dict[str, list[int]] = defaultdict(list)

    def add(self, item: AnnotatedTask) -> None:
        """A task of another split is passed over."""
        task, subset = item.task, self._subset
        if subset.split is not None and not subset.split.has(task.data):
            return
        schema = schema_of(task, self._schema)
        truth, is_its_own = self._truth(item, schema)
        if truth is None:
            if item.unseen and subset.truth == "any":
                self._unseen.append(task.id)
        elif labels := gone_labels(truth.answer, schema):
            for label in labels:
                self._unknown_labels[label].append(task.id)
        elif any(owner.has(as_read(task, self._schema)) for owner in self._owners):
            self._examples.append(task.id)
        else:
            if is_its_own:
                (self._accepted if subset.accepted else self._self_predicted).append(task.id)
            if subset.accepted or not is_its_own:
                self.pairs.append((task, truth))

    def left_out(self) -> LeftOut:
        """The numbers of the tasks that do not count, by reason, and of those that count with a caveat."""
        unknown_labels = {label: tuple(ids) for label, ids in sorted(self._unknown_labels.items())}
        otherwise = otherwise_of([truth for _, truth in self.pairs])
        return LeftOut(
            tuple(self._self_predicted),
            tuple(self._accepted),
            unknown_labels,
            tuple(self._examples),
            tuple(self._unseen),
            otherwise,
        )

    def _truth(self, item: AnnotatedTask, schema: LabelSchema) -> tuple[Truth | None, bool]:
        """A task's ground truth, and whether it came from a prediction of the judged prompts.

        An annotation that no person has seen is not a ground truth.
        """
        kind, names = self._subset.truth, self._names
        by_hand = [a for a in item.human_annotations if not (names and is_own(a, item.versions, names))]
        truth = truth_of(item.task.id, by_hand, kind, schema)
        if truth is not None or len(by_hand) == len(item.human_annotations):
            return truth, False
        return truth_of(item.task.id, item.human_annotations, kind, schema), True


def schema_of(task: Task, schema: LabelSchema) -> LabelSchema:
    """The schema with the task's own choices, if the task contains them."""
    resolved = schema.for_task(task.contents)
    return schema if isinstance(resolved, Failure) else resolved
