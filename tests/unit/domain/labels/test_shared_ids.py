"""Thousands of regions under one id, as whoever stores annotations may write them: read in time that grows with their
number, not with its square."""

import sys
import tracemalloc
from collections.abc import Callable
from types import FrameType
from typing import Any

from backend.domain.labels.config import read_config
from backend.domain.labels.regions import MOST_LINKED, answer_print, from_result
from backend.domain.labels.schema import LabelSchema

CONFIG = """<View><Text name="text" value="$text"/>
  <Labels name="ner" toName="text"><Label value="A"/></Labels><Relations><Relation value="r"/></Relations></View>"""


def regions(number: int) -> list[dict[str, Any]]:
    own = {"id": "one", "from_name": "ner", "to_name": "text", "type": "labels"}
    return [{**own, "value": {"start": start, "end": start + 1, "labels": ["A"]}} for start in range(number)]


def calls(work: Callable[[], object]) -> int:
    made = 0

    def count(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal made
        made += "call" in event

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return made


def test_twice_as_many_spans_of_one_id_are_twice_the_work() -> None:
    schema = read_config(CONFIG).for_task({"text": "x" * 1000})
    assert isinstance(schema, LabelSchema)
    few, many = (calls(lambda number=number: from_result(regions(number), schema)) for number in (200, 400))  # type: ignore[misc]
    assert many < 2.5 * few


def test_a_prediction_is_compared_in_memory_that_its_regions_need() -> None:
    tracemalloc.start()
    answer_print(regions(600))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 5_000_000


def test_which_regions_share_an_id_counts_however_many_there_are() -> None:
    many = regions(MOST_LINKED + 1)
    apart = [*many[:-1], {**many[-1], "id": "other"}]
    changed = [*many[:-1], {**many[-1], "value": {**many[-1]["value"], "start": 5000}}]
    renamed = [{**region, "id": "another"} for region in reversed(many)]
    assert len({answer_print(one) for one in (many, apart, changed)}) == 3
    assert answer_print(renamed) == answer_print(many)
