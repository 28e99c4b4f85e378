"""Control: one control of a labelling config, as everything above `domain.labels.controls` sees it.

A new kind of control is a file with a class of this shape in the folder of what it holds (`values`, `trees`, `spans`,
`lists`, `pictures`), a line in `registry.KINDS` and one in `domain.metrics.controls.measures.METRICS`; a new kind of
value is a member of `domain.answer.AnswerValue` too. What a control does not have (labels, choices that the task
brings, conditions that look at it), `unlabeled` says for it.
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import Any, ClassVar, Literal, Protocol, Self

from backend.domain.answer import AnswerValue
from backend.domain.labels.choice_names import Choice
from backend.domain.labels.conditions import Condition
from backend.domain.outcome import Failure, Rejection

Region = Mapping[str, Any]
"""One element of Label Studio's `result` list."""

Held = AnswerValue | None
"""What a control holds; None for nothing."""


class Control(Protocol):
    noun: ClassVar[str]
    """What it holds one or several of, in people's words."""
    holds: ClassVar[type[AnswerValue]]
    """The kind of its values."""

    @property
    def task(self) -> str:
        """What a default prompt asks for, with `{names}` in place of the controls of this kind."""

    @property
    def probable(self) -> bool:
        """Whether the probability of a value's tokens says how likely it is right; a text can be put in many ways."""

    @property
    def tag(self) -> str:
        """Its kind in the registry: the tag of its element, with the attribute that makes another kind of it."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """Its own kind, and those of controls that it is made of."""

    @property
    def name(self) -> str:
        """The control's name; the key in an Answer, in the model's JSON and in `from_name`."""

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All of them hold where the control is shown."""

    @property
    def heading(self) -> tuple[str, ...]:
        """Constant texts above it."""

    @property
    def required(self) -> bool:
        """Whether it must not stay empty where it is shown."""

    @property
    def must_answer(self) -> bool:
        """Whether an annotation that leaves it empty where it is shown says nothing about it."""

    @property
    def nullable(self) -> bool:
        """Whether null stands for nothing in the model's JSON."""

    @property
    def many(self) -> bool:
        """Whether it may hold several labels, or texts."""

    @property
    def exclusive(self) -> bool:
        """Whether a value falls into exactly one class, so that a confusion matrix makes sense."""

    @property
    def dynamic(self) -> bool:
        """Whether the task brings what can be chosen, and has not brought it yet."""

    @property
    def needs_task(self) -> bool:
        """Whether `for_task` changes it: the task brings what can be chosen, or the text in which quotes are found."""

    @property
    def labels(self) -> tuple[Choice, ...]:
        """The labels to choose from, in the order of the config."""

    @property
    def known_classes(self) -> tuple[str, ...]:
        """All that `classes` can give, in the order of the config."""

    @property
    def names(self) -> Collection[str]:
        """All that `called` can give."""

    @property
    def usable_in_conditions(self) -> bool:
        """Whether conditions of other controls can look at it: at its choices, or at whether it has a text."""

    @property
    def identity(self) -> list[Any]:
        """What a labelling config's digest is made of."""

    @property
    def rules(self) -> list[Any] | None:
        """What joins the digest where there is more to say than `identity` does; see `rules_of`."""

    @property
    def answers(self) -> Hashable:
        """Equal for controls that take the same answers."""

    @property
    def column(self) -> Literal["text", "texts", "int", "float"]:
        """The kind of its column in a table."""

    def for_task(self, data: Mapping[str, Any]) -> Self | Failure:
        """This control with what that task brings filled in; itself when it is the same for all tasks."""

    def read(self, data: Mapping[str, Any]) -> Mapping[str, str]:
        """Variable -> what a model reads in its place, where that is not the value as `domain.task_values` has it."""

    def describe(self, definitions: Mapping[str, str], when: str = "", heading: str = "") -> str:
        """The lines that tell the model what to put under this control's key.

        definitions: label, as shown -> sentence, in place of the config's hints
        when: the conditions in words
        heading: what stands above it
        """

    def listing(self, definitions: Mapping[str, str]) -> str:
        """What the task brought, for the user's message; "" where it brings nothing."""

    def json_schema(self) -> dict[str, Any]:
        """Strict JSON Schema of the value the model gives."""

    def parse(self, value: Any) -> Held | Rejection:
        """The model's JSON value as it is stored, or why it can't be used. Nothing is ever guessed."""

    def to_json(self, value: Held) -> Any:
        """The inverse: the JSON value that a model gives for `value`."""

    def to_regions(self, value: Held) -> list[dict[str, Any]]:
        """`value` as Label Studio's regions."""

    def from_regions(self, regions: Sequence[Region]) -> Held:
        """The value that regions of this control hold, as the screen shows it; the inverse of `to_regions`. None for
        what this control never takes; what a former config allowed stays, and `removed_classes` names it."""

    def from_names(self, names: Collection[str]) -> Collection[str]:
        """Those `from_name`s, of `names`, that regions of this control have."""

    def submittable(self, value: Held) -> bool:
        """Whether the screen submits an annotation that holds `value`, where the control is shown."""

    def keeps(self, value: Held) -> bool:
        """Whether what the screen stores as `value` was entered as that, as far as that can be known."""

    def equal(self, first: Held, second: Held) -> bool:
        """Whether an answer is right, the other one being the truth."""

    def partial(self, first: Held, second: Held) -> float:
        """How much of an answer is right: 0..1, 1 where they are equal."""

    def classes(self, value: Held) -> tuple[str, ...]:
        """The classes that a value falls into, each once, which precision and recall are told of."""

    def items(self, value: Held) -> tuple[tuple[str, Hashable], ...]:
        """What precision and recall are counted over: (class, item), equal where two values have the same item."""

    def removed_classes(self, value: Held) -> list[str]:
        """The classes of `value` that the config does not have (any more)."""

    def cell(self, value: Held) -> Any:
        """`value` in a table; see `column`."""

    def show(self, value: Held) -> str:
        """`value` for people, on one line."""

    def called(self, value: Held) -> set[str]:
        """The names by which conditions mean what is chosen."""

    def display_name(self, name: str) -> str:
        """A label as the model knows it, by a name that `called` gives."""

    def find(self, name: str) -> str | None:
        """The label, as shown, that a name means: exactly this one, else the only one that folds to it."""

    def renamed(self, value: Held, renames: Mapping[str, str]) -> Held:
        """`value` with labels that this control does not have called what `renames` says they became."""

    def with_current_labels(self, renames: Mapping[str, str], now: "Control | None") -> Self:
        """This control of a former config, with the names that its labels have in `now`."""

    def with_former_labels(self, formers: Mapping[str, str]) -> Self:
        """This control as it was before its labels were renamed; `formers`: label -> what it was called."""

    def shared(self, others: Sequence["Control"]) -> Self:
        """What answers of this one and `others`, of the same kind and name, can be compared by."""


def rules_of(control: Control, noted: bool) -> list[Any] | None:
    """The rules of a control with conditions, or of one that is `noted` because it is required."""
    if not control.conditions and not noted:
        return None
    return [control.required, [[c.control, c.values, c.unless] for c in control.conditions]]
