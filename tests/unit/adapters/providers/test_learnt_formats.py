"""Forms of requests are kept by names and come back as they were; a database in trouble stops nobody."""

import pytest

from backend.adapters.providers.learnt_formats import LearntFormats, format_of, learnt_of
from backend.adapters.providers.request_format import RequestFormat
from backend.domain.connections.learnt_format import LearntFormat
from backend.errors import StoreAwayError, StoreError

FORM = RequestFormat(1, frozenset({"logprobs", "seed"}), True, False, True, 1)


class UnreachableFormats:
    """A database that cannot be reached."""

    def of(self, address: str, profile: str) -> list[LearntFormat]:
        raise StoreAwayError("Gone.")

    def note(self, address: str, profile: str, learnt: LearntFormat) -> None:
        raise StoreAwayError("Gone.")

    def forget(self, address: str, profile: str, model: str) -> None:
        raise StoreError("Gone.")


class Written(UnreachableFormats):
    """Notes at which addresses something is asked for."""

    def __init__(self) -> None:
        self.addresses: list[str] = []

    def of(self, address: str, profile: str) -> list[LearntFormat]:
        self.addresses.append(address)
        return [LearntFormat("m", "text")]


@pytest.mark.parametrize("form", [FORM, RequestFormat(), RequestFormat(rivals=2)])
def test_a_form_comes_back_as_it_was(form: RequestFormat) -> None:
    assert format_of(learnt_of("m", form)) == form


def test_names_of_another_release_are_the_first_form() -> None:
    assert format_of(LearntFormat("m", "json_lines", alternatives=7)) == RequestFormat()


def test_a_record_in_trouble_is_as_if_nothing_was_learnt() -> None:
    learnt = LearntFormats(UnreachableFormats(), "http://model.test/v1")
    learnt.note("m", FORM)
    learnt.forget("m")
    assert (learnt.formats(), learnt.all()) == ({}, [])


def test_no_secret_of_an_address_is_kept() -> None:
    record = Written()
    assert LearntFormats(record, "http://user:key@model.test/v1").formats() == {"m": RequestFormat(2)}
    assert LearntFormats(record, "http://model.test/v1/a@b").all() == []
    assert record.addresses == ["http://model.test/v1"]
