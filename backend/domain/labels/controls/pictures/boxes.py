"""<RectangleLabels>, <EllipseLabels> and <KeyPointLabels>: marks in a picture, each with a label.

A model says where they are in thousandths of the picture, Label Studio stores percent. An answer is right where it has
the marks of the truth and no other; two marks are the same if they have the same label and are alike enough, see
`domain.shapes.likeness`.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, ClassVar, Literal, Self

from backend.domain.answer import AnswerValue
from backend.domain.labels.choice_names import Choice
from backend.domain.labels.conditions import Condition
from backend.domain.labels.controls.base import Control, Held, Region, rules_of
from backend.domain.labels.controls.labeled import WithOwnLabels
from backend.domain.labels.controls.model_list import read_list
from backend.domain.labels.controls.pictures.box_regions import box_in, place_value, size_in, size_value
from backend.domain.labels.controls.pictures.coordinates import MOST, box_json, box_schema, described, read_box
from backend.domain.labels.controls.region_score import score_of
from backend.domain.labels.controls.region_value import region_of
from backend.domain.labels.controls.unlabeled import Unlabeled
from backend.domain.labels.controls.wording import key, label_line, under
from backend.domain.labels.inputs.picture_size import picture_size
from backend.domain.labels.inputs.values import field_of, value_of
from backend.domain.outcome import Failure, Rejection
from backend.domain.shapes.marked_box import Boxes, MarkedBox, Shape, Size, boxes_of, boxes_or_none, size_of
from backend.domain.shapes.pairing import pairs_of
from backend.domain.statistics.f1 import f1

SHAPES: Mapping[str, Shape] = {"RectangleLabels": "rectangle", "EllipseLabels": "ellipse", "KeyPointLabels": "point"}


@dataclass(frozen=True)
class BoxesControl(WithOwnLabels, Unlabeled):
    """source: the `value` of the tag that shows the picture
    size: that of one task's picture, None before `for_task` and where it is not known
    several: whether a region may have more than one label
    """

    tag: str
    name: str
    to_name: str
    source: str
    choices: tuple[Choice, ...]
    several: bool = False
    conditions: tuple[Condition, ...] = ()
    heading: tuple[str, ...] = ()
    size: Size | None = field(default=None, compare=False)

    noun: ClassVar[str] = "mark"
    task: ClassVar[str] = "Find everything in the picture that has one of the labels, and say where it is ({names})."
    holds: ClassVar[type[AnswerValue]] = Boxes
    probable: ClassVar[bool] = False
    required: ClassVar[bool] = False  # the screen submits an unmarked picture, whatever the config says
    must_answer: ClassVar[bool] = False
    nullable: ClassVar[bool] = False
    many: ClassVar[bool] = True
    column: ClassVar[Literal["texts"]] = "texts"

    @property
    def shape(self) -> Shape:
        return SHAPES[self.tag]

    @property
    def needs_task(self) -> bool:
        return True

    @property
    def identity(self) -> list[Any]:
        return [self.tag, self.name, self.to_name, self.source, self.several, self._labels_identity]

    @property
    def rules(self) -> list[Any] | None:
        return rules_of(self, False)

    @property
    def answers(self) -> Hashable:
        return (self.tag, self.name, self.source, frozenset(self.known_classes))

    def for_task(self, data: Mapping[str, Any]) -> Self | Failure:
        return replace(self, size=picture_size(value_of(self.source, data)))

    def describe(self, definitions: Mapping[str, str], when: str = "", heading: str = "") -> str:
        instruction = described(self.shape, self.source)
        rule = f"[] unless {when}, else {instruction}" if when else instruction
        lines = [label_line(choice, definitions) for choice in self.choices]
        return "\n".join([f"{key(self.name)}: {under(heading)}{rule}", *lines])

    def json_schema(self) -> dict[str, Any]:
        return {"type": "array", "items": box_schema(self.shape, [choice.name for choice in self.choices])}

    def parse(self, value: Any) -> Held | Rejection:
        items = [] if value is None else value
        boxes = read_list(items, self.name, "marks", self._read, MOST)
        if isinstance(boxes, Rejection):
            return boxes
        return boxes_or_none([replace(box, item=number) for number, box in enumerate(boxes)], self.size)

    def _read(self, item: Any) -> MarkedBox | Rejection:
        return read_box(item, self.shape, self.name, self._stored)

    def to_json(self, value: Held) -> Any:
        ratio = value.ratio if isinstance(value, Boxes) else None
        return [box_json(box, self.display_name(box.label), ratio or 1.0) for box in boxes_of(value)]

    def to_regions(self, value: Held) -> list[dict[str, Any]]:
        rows = [list(row) for _, row in groupby(boxes_of(value), lambda box: box.geometry)]
        marks = rows if self.several else [[box] for row in rows for box in row]
        return [self._region(mark, size_of(value)) for mark in marks]

    def _region(self, mark: Sequence[MarkedBox], size: Size | None) -> dict[str, Any]:
        kind = self.tag.lower()
        value = {**place_value(mark[0]), kind: [box.label for box in mark]}
        return {**region_of(self, kind, **value), **size_value(size), **score_of(mark)}

    def from_regions(self, regions: Sequence[Region]) -> Held:
        """As the screen shows them: what it does not show is not marked."""
        size = next((size for region in regions if (size := size_in(region))), self.size)
        return boxes_or_none((box for region in regions for box in self._marked_by(region.get("value"))), size)

    def _marked_by(self, value: Any) -> Iterable[MarkedBox]:
        labels = value.get(self.tag.lower()) if isinstance(value, Mapping) else None
        named = [label for label in labels if isinstance(label, str) and label] if isinstance(labels, list) else []
        boxes = (box_in(value, self.shape, label) for label in named)
        return (box for box in boxes if box is not None)

    def equal(self, first: Held, second: Held) -> bool:
        sides = [len(boxes_of(first)), len(boxes_of(second))]
        return sides == [len(pairs_of(first, second))] * 2

    def partial(self, first: Held, second: Held) -> float:
        """The F1 of the marks that both have."""
        share = f1(len(pairs_of(first, second)), len(boxes_of(first)), len(boxes_of(second)))
        return 1.0 if share is None else share

    def classes(self, value: Held) -> tuple[str, ...]:
        return tuple(dict.fromkeys(box.label for box in boxes_of(value)))

    def items(self, value: Held) -> tuple[tuple[str, Hashable], ...]:
        return tuple((box.label, box.geometry) for box in boxes_of(value))

    def cell(self, value: Held) -> Any:
        return [*map(_words, boxes_of(value))]

    def show(self, value: Held) -> str:
        return ", ".join(map(_words, boxes_of(value))) or "(none)"

    def renamed(self, value: Held, renames: Mapping[str, str]) -> Held:
        now = {**renames, **{label: label for label in self._lookup.order}}
        boxes = (replace(box, label=now.get(box.label, box.label)) for box in boxes_of(value))
        return boxes_or_none(boxes, size_of(value))


def marked_picture(control: Control) -> str | None:
    """The variable that shows the picture; None for controls that mark none."""
    return field_of(control.source) if isinstance(control, BoxesControl) else None


def _words(box: MarkedBox) -> str:
    """Such as `cat at 10, 20 (30 x 40)`, in percent."""
    size = "" if box.shape == "point" else f" ({_short(box.width)} x {_short(box.height)})"
    return f"{box.label} at {_short(box.x)}, {_short(box.y)}{size}"


def _short(number: float) -> str:
    return f"{number:.4g}"
