"""The page about the architecture names the calls on the ways of data, as they are traced."""

import re
from pathlib import Path

import pytest

from tests.call_trace import TracedCall
from tests.running import RunningStandIn
from tests.ways import Leg, Way, traced

PAGE = Path(__file__).resolve().parents[1] / "docs" / "architecture.md"
STEP = re.compile(r"^\d+\. `([^`]+)`, `([^`]+)`:", re.MULTILINE)


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory, stand_in_server: RunningStandIn) -> list[Way]:
    stand_in_server.reset()
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("ways")
        patch.chdir(folder)
        return traced(folder, stand_in_server.url)


def steps_of(way: Way) -> list[tuple[str, str]]:
    """Files and functions in the section of the page."""
    section = PAGE.read_text(encoding="utf-8").split(f"\n## {way.title}\n")[1].split("\n## ")[0]
    return STEP.findall(section)


@pytest.mark.slow
def test_the_page_names_calls_on_each_way_in_their_order(ways: list[Way]) -> None:
    for way in ways:
        named = [f"{file}, {function}" for file, function in steps_of(way)]
        assert named == [name for name in way.names if name in named], way.title


@pytest.mark.slow
def test_the_page_names_each_file_on_a_way(ways: list[Way]) -> None:
    for way in ways:
        assert [file for file in way.files if file not in dict(steps_of(way))] == [], way.title


@pytest.mark.slow
def test_no_way_climbs(ways: list[Way]) -> None:
    assert [climb for way in ways for climb in way.climbs] == []


@pytest.mark.slow
def test_the_page_says_how_long_they_are(ways: list[Way]) -> None:
    assert "\n".join(way.row for way in ways) in PAGE.read_text(encoding="utf-8")


def test_what_leads_to_a_place_is_on_the_way_and_a_climb_is_seen() -> None:
    begin = TracedCall("services/a.py", "begin", None, 0)
    beside = TracedCall("domain/b.py", "beside", begin, 1)
    between = TracedCall("engine/c.py", "between", begin, 2)
    place = TracedCall("services/d.py", "place", between, 3)
    calls = [begin, beside, between, place]
    way = Way("Somewhere", Leg(begin.name, (place.name,)).of(calls))
    assert way.calls == [begin, between, place]
    assert way.climbs == ["engine/c.py, between -> services/d.py, place"]
    with pytest.raises(LookupError, match="does not lead to"):
        Leg(between.name, (beside.name,)).of(calls)
