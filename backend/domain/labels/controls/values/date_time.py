"""<DateTime>: a date, a time of day, both, a month or a year, stored in the control's own format.

The model says it as ISO 8601 does, whatever the format. Nothing is guessed or rolled over: what is not in the calendar,
or what Label Studio would not let an annotator submit, is a Rejection.
"""

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal

from backend.domain.answer import AnswerValue, Moment, moment_of
from backend.domain.labels.conditions import Condition
from backend.domain.labels.controls.base import Held, Region
from backend.domain.labels.controls.entered_value import EnteredValue
from backend.domain.labels.controls.region_value import region_of, values_in
from backend.domain.labels.controls.values.date_format import DateFormat, date_format
from backend.domain.labels.controls.values.moment_form import BY_PARTS, MONTH, TIME, YEAR, MomentForm
from backend.domain.labels.controls.values.numeric import number_in
from backend.domain.labels.controls.wording import excerpt, key, under
from backend.domain.labels.layout import DeclaredControl
from backend.domain.outcome import Rejection

_LIMIT = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d)?)?)?", re.ASCII)
_TIME = re.compile(r"((?:[01]\d|2[0-3]):[0-5]\d)(?::[0-5]\d(?:\.\d+)?)?", re.ASCII)


@dataclass(frozen=True)
class DateTimeControl(EnteredValue):
    """form: what is asked for
    stored: how Label Studio writes it, None for a time of day
    least, most: dates, compared as texts as Label Studio does, with the year alone where `by_year`; "" for none
    """

    name: str
    to_name: str
    form: MomentForm
    stored: DateFormat | None
    written: str
    least: str = ""
    most: str = ""
    by_year: bool = False
    hideable: bool = False
    required: bool = False
    conditions: tuple[Condition, ...] = ()
    heading: tuple[str, ...] = ()

    tag: ClassVar[str] = "DateTime"
    noun: ClassVar[str] = "date"
    task: ClassVar[str] = "Find the dates and times ({names}) for this item."
    holds: ClassVar[type[AnswerValue]] = Moment
    probable: ClassVar[bool] = True
    many: ClassVar[bool] = False
    column: ClassVar[Literal["text"]] = "text"

    @property
    def identity(self) -> list[Any]:
        kind = [self.form.shape, self.written, self.least, self.most, self.by_year]
        return [self.tag, self.name, self.to_name, *kind, self.nullable]

    @property
    def answers(self) -> Hashable:
        return (self.tag, self.name, self.form, self.least, self.most)

    def describe(self, definitions: Mapping[str, str], when: str = "", heading: str = "") -> str:
        return f"{key(self.name)}: {under(heading)}{self._rule(when)}"

    def _rule(self, when: str) -> str:
        if when:
            return f"null unless {when}, else {self._form_words}" + ("" if self.required else " or null")
        return f"null if there is none, else {self._form_words}" if self.nullable else self._form_words

    @property
    def _form_words(self) -> str:
        how = "a whole number" if self.form is YEAR else self.form.shape
        least = f", not before {self.least}" if self.least else ""
        return f"a {self.form.noun} as {how}{least}" + (f", not after {self.most}" if self.most else "")

    def json_schema(self) -> dict[str, Any]:
        kind = "integer" if self.form is YEAR else "string"
        return {"type": [kind, "null"] if self.nullable else kind}

    def parse(self, value: Any) -> Held | Rejection:
        if value is None:
            return None
        entry = number_in(value) if self.form is YEAR else value
        if not isinstance(entry, int if self.form is YEAR else str):
            return Rejection("wrong_type", f"{excerpt(value)} is not {self._form_words}, which '{self.name}' takes.")
        text = str(entry)
        moment = self.form.read(text)
        if moment is None or not self._fits(text, moment):
            return Rejection("bad_date", f"{excerpt(value)} is not {self._form_words}, as '{self.name}' takes.")
        return Moment(text)

    def _fits(self, text: str, moment: datetime) -> bool:
        """Whether the screen shows it as it is, and submits it."""
        if self.stored is None:
            return True
        displayed, compared = (
            self.stored.read(self.stored.write(moment)),
            moment.isoformat()[: 4 if self.by_year else 10],
        )
        late = bool(self.most) and compared > self.most
        return displayed is not None and self.form.write(displayed) == text and compared >= self.least and not late

    def to_json(self, value: Held) -> Any:
        text = moment_of(value)
        return int(text) if text and self.form is YEAR else text

    def to_regions(self, value: Held) -> list[dict[str, Any]]:
        """Label Studio shows a blank field for any other format than its own."""
        text = moment_of(value)
        moment = None if text is None else self.form.read(text)
        if text is None or moment is None:
            return []
        return [region_of(self, "datetime", datetime=text if self.stored is None else self.stored.write(moment))]

    def from_regions(self, regions: Sequence[Region]) -> Held:
        """As the screen shows it."""
        texts = values_in(regions, "datetime")
        text = texts[-1] if texts else None
        return self._as_displayed(text) if isinstance(text, str) else None

    def _as_displayed(self, text: str) -> Held:
        if self.stored is None:
            time = _TIME.fullmatch(text)
            return Moment(time[1]) if time else None
        moment = self.stored.read(text)
        return None if moment is None else Moment(self.form.write(moment))

    def keeps(self, value: Held) -> bool:
        """Where a year and a month are chosen, Label Studio stores January, whatever month it is."""
        return not (self.form is MONTH and self.by_year and (moment_of(value) or "").endswith("-01"))

    def equal(self, first: Held, second: Held) -> bool:
        return first == second

    def partial(self, first: Held, second: Held) -> float:
        """All or nothing: the next day is a wrong answer."""
        return float(first == second)

    def cell(self, value: Held) -> Any:
        return moment_of(value)

    def show(self, value: Held) -> str:
        return moment_of(value) or "(none)"

    def renamed(self, value: Held, renames: Mapping[str, str]) -> Held:
        """Without what a former control of that name asked for, if that was something else."""
        text = moment_of(value)
        return value if text is not None and self.form.read(text) else None


def build_date_time(declared: DeclaredControl) -> DateTimeControl | str:
    """The control of a <DateTime> element, or why it isn't supported."""
    element, only = declared.element, declared.element.get("only", "")
    if element.get("peritem", "").lower() == "true":
        return 'perItem="true" (per item)'
    written = "" if only == "time" else element.get("format") or _written(only)
    stored = date_format(written)
    if isinstance(stored, str):
        return stored
    form = TIME if only == "time" else _form(only, stored)
    if form is None:
        return "it keeps neither a date, a month nor a year"
    least, most = (_limit(element.get(name, ""), form) for name in ("min", "max"))
    return DateTimeControl(
        name=declared.name,
        to_name=declared.to_name,
        form=form,
        stored=None if only == "time" else stored,
        written=written,
        least=least,
        most=most,
        by_year="year" in only,
        hideable=declared.hideable,
        required=declared.required,
        conditions=declared.conditions,
        heading=tuple(declared.heading),
    )


def _written(only: str) -> str:
    """The format of Label Studio where the config has none."""
    return "%Y-%m-%d" if only and "time" not in only else "%Y-%m-%dT%H:%M"


def _form(only: str, stored: DateFormat) -> MomentForm | None:
    """Of the parts that are both entered and stored. With a year to choose, Label Studio stores no day."""
    if "year" in only:
        entered = "Ym" if "month" in only and "date" not in only else "Y"
    else:
        entered = {"date": "Ymd"}.get(only, "YmdHM" if not only or {"date", "time"} <= set(only.split(",")) else "")
    return BY_PARTS.get("".join(part for part in entered if part in stored.parts))


def _limit(text: str, form: MomentForm) -> str:
    """A date; what is none says nothing. Label Studio compares no time of day."""
    return text if _LIMIT.fullmatch(text) and form is not TIME else ""
