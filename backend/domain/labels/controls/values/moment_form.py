"""MomentForm: what of a date and time a control asks for, and how a model says it: as ISO 8601 does, to the minute."""

import re
from dataclasses import dataclass
from datetime import datetime

_LETTER = re.compile("[YMDH]")
EARLIEST = 1000
"""The first year that Label Studio lets people enter."""


@dataclass(frozen=True, slots=True)
class MomentForm:
    """noun: what it is
    shape: such as YYYY-MM-DD
    before, after: what makes it whole
    """

    noun: str
    shape: str
    before: str = ""
    after: str = ""

    def read(self, text: str) -> datetime | None:
        """The moment at which it begins; None for a text of another shape and for what the calendar does not have."""
        if not re.fullmatch(_LETTER.sub(r"\\d", self.shape), text, re.ASCII):
            return None
        try:
            moment = datetime.fromisoformat(f"{self.before}{text}{self.after}")
        except ValueError:
            return None
        return moment if moment.year >= EARLIEST else None

    def write(self, moment: datetime) -> str:
        """The inverse; what it does not ask for is left out."""
        start = len(self.before)
        return moment.isoformat(timespec="minutes")[start : start + len(self.shape)]


DATE_AND_TIME = MomentForm("date and time", "YYYY-MM-DDTHH:MM")
DATE = MomentForm("date", "YYYY-MM-DD", after="T00:00")
MONTH = MomentForm("month", "YYYY-MM", after="-01T00:00")
YEAR = MomentForm("year", "YYYY", after="-01-01T00:00")
TIME = MomentForm("time", "HH:MM", before="2000-01-01T")

BY_PARTS = {"YmdHM": DATE_AND_TIME, "Ymd": DATE, "Ym": MONTH, "Y": YEAR}
"""The parts that a control keeps, in this order -> what it asks for."""
_BY_LENGTH = {len(form.shape): form for form in (*BY_PARTS.values(), TIME)}


def moment_said(text: str) -> datetime | None:
    """The moment that a text of any of the forms says."""
    form = _BY_LENGTH.get(len(text))
    return form.read(text) if form else None
