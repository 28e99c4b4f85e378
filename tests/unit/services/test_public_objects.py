"""Open tabs ask how far a run is; Label Studio is not asked each time whether they may know."""

from pathlib import Path
from typing import Any

import pytest

from backend.adapters.database.prompts import Store
from backend.adapters.database.public_ids import PublicIdStore
from backend.adapters.database.runs.runs import NewRun, RunStore
from backend.adapters.label_studio.http import NotFound
from backend.domain.dataset.subset import Subset
from backend.errors import NotThereError
from backend.services.prompts.versions import Prompts
from backend.services.public_objects import PublicObjects
from tests.scripted import version


class VisibleStudio:
    """Label Studio, as far as it is asked for projects. `visible`: whether they may be seen."""

    def __init__(self) -> None:
        self.asked, self.visible = 0, True

    def project(self, project: int) -> object:
        self.asked += 1
        if not self.visible:
            raise NotFound(404, "There is none.")
        return object()


def test_whether_a_run_may_be_followed_is_remembered_for_some_seconds(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'prompts.sqlite3'}")
    store.save(version(name="mood", project=7))
    record, studio, seen_until = RunStore(store), VisibleStudio(), dict[int, float]()
    record.create(NewRun("mood@1", 7, Subset("all")))
    known: Any = studio

    def objects() -> PublicObjects:
        return PublicObjects(store, Prompts(store), record, known, seen_until)

    for _ in range(3):
        assert objects().run(1).of.version.tag == "mood@1"
    assert studio.asked == 1
    studio.visible, seen_until[7] = False, 0.0
    with pytest.raises(NotThereError, match="There is no run 1"):
        objects().run(1)
    store.close()


def test_runs_under_way_are_those_that_have_not_ended(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'prompts.sqlite3'}")
    store.save(version(name="mood", project=7))
    record, studio = RunStore(store), VisibleStudio()
    known: Any = studio
    objects = PublicObjects(store, Prompts(store), record, known)
    for status in ("completed", "failed", "canceled"):
        record.finish(record.create(NewRun("mood@1", 7, Subset("all"))).id, status)
    (of,) = objects.versions(objects.prompts()[0].id)
    assert objects.open_runs(of) == []
    going = record.create(NewRun("mood@1", 7, Subset("all")))
    assert [item.run.id for item in objects.open_runs(of)] == [going.id]
    assert len(objects.runs(of)) == 4
    store.close()


def test_one_of_many_prompts_is_found_without_a_look_at_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(f"sqlite:///{tmp_path / 'prompts.sqlite3'}")
    for name, project in (("mood", 7), ("topic", 8), ("tone", 9)):
        store.save(version(name=name, project=project))
    record, studio = RunStore(store), VisibleStudio()
    record.create(NewRun("topic@1", 8, Subset("all")))
    known: Any = studio
    objects = PublicObjects(store, Prompts(store), record, known)
    numbers = {item.version.tag: item.number.id for row in objects.prompts() for item in objects.versions(row.id)}
    monkeypatch.setattr(PublicIdStore, "prompts", None)
    assert objects.run(1).of.version.tag == "topic@1"
    two = [numbers["tone@1"], numbers["mood@1"]]
    assert [item.version.tag for item in objects.by_number(two)] == ["tone@1", "mood@1"]
    with pytest.raises(NotThereError, match="There is no version 999"):
        objects.by_number([numbers["mood@1"], 999])
    studio.visible = False
    with pytest.raises(NotThereError, match=f"There is no version {numbers['mood@1']}"):
        PublicObjects(store, Prompts(store), record, known).by_number([numbers["mood@1"]])
    store.close()
