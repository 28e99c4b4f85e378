"""What models refused is kept by address and profile, for some days."""

from datetime import UTC, datetime, timedelta

from backend.adapters.database.learnt_formats import LearntFormatStore
from backend.adapters.database.prompts import Store
from backend.adapters.database.tables import learnt_formats
from backend.domain.connections.learnt_format import KEPT_DAYS, LearntFormat

URL = "http://model.test/v1"


def kept(store: Store, address: str = URL, profile: str = "") -> dict[str, LearntFormat]:
    return {one.model: one for one in LearntFormatStore(store).of(address, profile)}


def test_the_last_one_of_each_model_is_kept_by_address_and_profile(store: Store) -> None:
    record = LearntFormatStore(store)
    record.note(URL, "", LearntFormat("a", "json_object"))
    record.note(URL, "", LearntFormat("a", "text", ("logprobs",), 5, True, False, True))
    record.note(URL, "", LearntFormat("b"))
    record.note(URL, "groq", LearntFormat("c"))
    found = kept(store)
    assert set(found) == {"a", "b"}
    first = found["a"]
    assert first == LearntFormat("a", "text", ("logprobs",), 5, True, False, True, first.learnt)
    assert first.learnt[:4].isdigit()
    assert (set(kept(store, profile="groq")), kept(store, "http://elsewhere.test/v1")) == ({"c"}, {})
    record.forget(URL, "", "a")
    assert set(kept(store)) == {"b"}


def test_what_was_learnt_long_ago_is_learnt_again(store: Store) -> None:
    record = LearntFormatStore(store)
    record.note(URL, "", LearntFormat("a", "json_object"))
    long_ago = (datetime.now(UTC) - timedelta(days=KEPT_DAYS, minutes=1)).isoformat(timespec="seconds")
    with store.engine.begin() as connection:
        connection.execute(learnt_formats.update().values(learnt=long_ago))
    assert kept(store) == {}
    record.note(URL, "", LearntFormat("a", "text"))
    assert kept(store)["a"].response_format == "text"
