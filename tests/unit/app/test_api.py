"""Filters that Label Studio does not understand, and a Label Studio that fails, are told apart."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from backend.adapters.label_studio.http import Faulted, NotFound, Refused, Unreachable
from backend.app import App
from backend.errors import StudioError, SubsetError

FILTERS = {"conjunction": "and", "items": [{"filter": "filter:tasks:nope"}]}
FAULT = Faulted(500, "Label Studio answered 500, try again later: Cannot resolve keyword 'nope'")


class RefusingStudio:
    """`broken`: what it raises for filters; `away`: what it raises for all else."""

    def __init__(self, broken: StudioError, away: StudioError | None = None) -> None:
        self.broken, self.away = broken, away

    def filtered_ids(self, *_: Any) -> list[int]:
        raise self.broken

    def project(self, _project: int) -> object:
        if self.away:
            raise self.away
        return object()


def filtered(studio: RefusingStudio) -> list[int]:
    return App(cast(Any, SimpleNamespace(studio=studio))).filtered_tasks(1, FILTERS)


@pytest.mark.parametrize("broken", [FAULT, Refused(400, "Label Studio answered 400: no such filter")])
def test_filters_that_it_does_not_understand_are_told(broken: StudioError) -> None:
    with pytest.raises(SubsetError, match="does not understand the filters: Label Studio answered"):
        filtered(RefusingStudio(broken))


def test_a_label_studio_that_fails_at_all_is_told_as_it_is() -> None:
    with pytest.raises(Faulted, match="locked"):
        filtered(RefusingStudio(FAULT, Faulted(500, "Label Studio answered 500: database is locked")))


@pytest.mark.parametrize("broken", [Refused(401, "The token expired."), NotFound(404, "Gone."), Unreachable("Away.")])
def test_another_reason_is_not_called_a_bad_filter(broken: StudioError) -> None:
    with pytest.raises(type(broken), match=str(broken)):
        filtered(RefusingStudio(broken))
