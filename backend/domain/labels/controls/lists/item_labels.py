"""<Choices choice="multiple" perItem="true">: any labels for each picture of an <Image valueList>.

As the screen demands it (Label Studio 1.23, its RequiredMixin), a required one has a label for every picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from backend.domain.answer import Groups, buckets_of
from backend.domain.labels.controls.base import Held, rules_of
from backend.domain.labels.controls.lists.item_choices import ItemChoicesControl
from backend.domain.labels.controls.model_list import read_list
from backend.domain.outcome import Rejection


@dataclass(frozen=True)
class ItemLabelsControl(ItemChoicesControl):
    """See `ItemChoicesControl`. `required`: each picture must have a label."""

    required: bool = False  # type: ignore[misc]

    tag: ClassVar[str] = 'Choices choice="multiple" perItem'
    task: ClassVar[str] = "Choose for each picture the labels ({names}) that fit it."

    @property
    def must_answer(self) -> bool:  # type: ignore[override]
        return self.required

    @property
    def rules(self) -> list[Any] | None:
        return rules_of(self, self.required)

    @property
    def _label_words(self) -> str:
        if self.required:
            return self._of_all("a list with at least one of", " these")
        return self._of_all("a list with any of", " these") + ", empty if none fits"

    @property
    def _wanted_schema(self) -> dict[str, Any]:
        return {"type": "array", "items": super()._wanted_schema}

    def parse(self, value: Any) -> Held | Rejection:
        """None where no picture has a label."""
        labels = super().parse(value)
        return labels if isinstance(labels, Rejection) or labels != Groups(()) else None

    def _chosen(self, names: Any, number: int) -> tuple[str, ...] | Rejection:
        of_one = super()._chosen
        chosen = read_list(names, self.name, "labels", lambda name: of_one(name, number))
        if self.required and chosen == []:
            why = f"'{self.name}' takes at least one label for each picture, picture {number} has none."
            return Rejection("missing_field", why)
        return chosen if isinstance(chosen, Rejection) else tuple(label for labels in chosen for label in labels)

    def _grouped(self, pairs: Sequence[tuple[str, str]]) -> Groups:
        """A label of a picture counts once."""
        return super()._grouped([*dict.fromkeys(pairs)])

    def to_json(self, value: Held) -> Any:
        """Also for pictures without a label."""
        names = {choice.stored: choice.name for choice in self.choices}
        held = dict.fromkeys(range(self.count or 0), ()) | dict(self._by_number(value))
        return [
            self._picture_json(number, [names.get(label, label) for label in held[number]]) for number in sorted(held)
        ]

    def _fit(self, labels: Sequence[Any]) -> bool:
        return bool(labels)

    def partial(self, first: Held, second: Held) -> float:
        """The share of pictures with the same labels, of those that have any."""
        labels, other_labels = buckets_of(first), buckets_of(second)
        pictures = {*labels, *other_labels}
        return (
            sum(labels.get(number) == other_labels.get(number) for number in pictures) / len(pictures)
            if pictures
            else 1.0
        )
