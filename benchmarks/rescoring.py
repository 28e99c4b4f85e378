"""`python -m benchmarks.rescoring [TASKS]`: a push that changes nothing but scores, of a real Label Studio on SQLite.

First as many predictions as are changed one by one, then all of them. One task in a hundred has an annotation that was
made of its prediction. At last Label Studio deletes and imports as many as the push did, in requests of the same size,
and nothing else is done: what the push takes beyond that is its own.
"""

import json
import sys
import time
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from backend.adapters.label_studio.lone_predictions import LonePredictions
from backend.domain.labels.regions import rounded
from backend.domain.predictions.diff import WantedPrediction
from backend.domain.prompts.version import PromptVersion
from backend.services.predictions.completer import parts
from backend.services.predictions.rescorer import MANY, PART, PORTION
from backend.services.predictions.sync import PushResult, push
from backend.services.predictions.target_project import TargetProject
from benchmarks.faults.world import FaultWorld, world

TASKS, ANNOTATED = 20_000, 100


def main() -> None:
    tasks = int(sys.argv[1]) if len(sys.argv) > 1 else TASKS
    table = Table("new scores", box=None, header_style="bold", title=f"{tasks:,} tasks", title_justify="left")
    for column in ("predictions", "seconds", "ms each"):
        table.add_column(column, justify="right")
    with world() as here:
        project = here.project(tasks)
        app = here.app()
        version = app.version(here.save(app, project))
        place = TargetProject(app.container.studio, app.container.store, project, lambda _sentence: None)
        ids = place.studio.task_ids(project)
        _pushed(place, version, ids, 0.5)
        annotated = ids[:: len(ids) // (len(ids) // ANNOTATED)]
        place.studio.annotate(project, version.tags, annotated)
        parents = _parents(here, annotated)
        rows = list[tuple[str, int, float]]()
        for name, some, score in (("one by one", ids[:MANY], 0.6), ("as `push` does", ids, 0.7)):
            began = time.monotonic()
            if _pushed(place, version, some, score).rescored != len(some):
                sys.exit("Other predictions than those with new scores changed: the figures mean nothing.")
            rows.append((name, len(some), time.monotonic() - began))
        kept = parents == _parents(here, annotated)
        lone = sorted(set(ids) - set(annotated))
        began = time.monotonic()
        _replaced(place, version, lone)
        rows.append(("Label Studio alone", len(lone), time.monotonic() - began))
    for name, number, seconds in rows:
        table.add_row(name, f"{number:,}", f"{seconds:.1f}", f"{1000 * seconds / number:.1f}")
    Console(width=100).print(table)
    print(f"annotations that keep their parent: {'all' if kept else 'NOT ALL'} of {len(annotated):,}")


def _pushed(place: TargetProject, version: PromptVersion, ids: Sequence[int], score: float) -> PushResult:
    items = {task: _item(task, version.tag, rounded(score)) for task in ids}
    return push(place, version, [WantedPrediction(version.tags, items)], keep=True)


def _replaced(place: TargetProject, version: PromptVersion, ids: list[int]) -> None:
    """Deletes and imports the predictions of these tasks, of which no other has one."""
    lone = LonePredictions(place.studio.http, place.project, version.tag)
    for portion in parts(ids, PORTION):
        for part in parts(portion, PART):
            lone.among(part)
            lone.delete(part)
        items = [place.marked(_item(task, version.tag, 0.8)) for task in portion]
        place.studio.import_predictions(place.project, [json.dumps(item).encode() for item in items])


def _item(task: int, tag: str, score: float | None) -> dict[str, Any]:
    region = {"from_name": "topic", "to_name": "text", "type": "choices", "value": {"choices": ["Refund"]}}
    return {"task": task, "model_version": tag, "score": score, "result": [{**region, "id": "a", "score": score}]}


def _parents(here: FaultWorld, tasks: Sequence[int]) -> list[int]:
    """The predictions that the tasks' annotations were made of."""
    return [int(one.parent_prediction) for task in tasks for one in here.studio.annotations.list(id=task)]


if __name__ == "__main__":
    main()
