"""What an audit prints."""

import pytest

from backend.domain.dataset.ground_truth import LeftOut
from backend.domain.metrics.confusions import Confusion
from backend.interfaces.cli.commands import audit
from backend.interfaces.presentation.json.trust import AUDIT_KINDS, audit_json
from backend.services.analysis.audit import Audit, MarkedTask, SuspectTruth

SUSPECT = SuspectTruth(7, "[red]a\x1b", "b", 0.91234, ("s@1",), True, "http://x/7")
PAIR = (MarkedTask(1, ("a",), "http://x/1"), MarkedTask(2, ("b",), "http://x/2"))
FOUND = Audit(
    truths=3,
    left_out=LeftOut(self_predicted=(7,)),
    versions=("s@1", "s@2"),
    stale=("old@1",),
    suspects=(SUSPECT,) * 25,
    confusions=(Confusion("c", "a", "b", 3),),
    duplicates=(PAIR,),
    disagreements=(MarkedTask(9, ("a", "b"), "http://x/9"),),
)
NOTHING = Audit(3, LeftOut(), (), (), (), (), (), ())


def printed(found: Audit, kind: str, capsys: pytest.CaptureFixture[str]) -> str:
    title, lines = audit.PARTS[kind]
    audit._print(title, lines(found))
    return capsys.readouterr().out


def test_each_kind_is_shown_with_whole_links(capsys: pytest.CaptureFixture[str]) -> None:
    suspects = printed(FOUND, "suspects", capsys).splitlines()
    assert suspects[0] == "Ground truths that may be wrong, most probable first: 25"
    assert suspects[1] == r'  0.912  http://x/7  "[red]a\x1b" -> "b"  1 of 2 versions  (from a prediction)'
    assert suspects[-2] == "  5 more: --json"
    assert '      3  Choose "a", not "b", when …' in printed(FOUND, "confusions", capsys)
    assert '  http://x/1  "a"\n  http://x/2  "b"\n' in printed(FOUND, "duplicates", capsys)
    assert '  http://x/9  "a" / "b"\n' in printed(FOUND, "disagreements", capsys)


@pytest.mark.parametrize("kind", AUDIT_KINDS)
def test_nothing_found_is_said(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(NOTHING, kind, capsys).strip().endswith(": none")
    assert audit_json(NOTHING, kind) == []


def test_json_is_always_a_list() -> None:
    assert audit_json(FOUND, "suspects")[0]["task"] == SUSPECT.task
    (pair,) = audit_json(FOUND, "confusions")
    assert pair["sentence"] == 'Choose "a", not "b", when …'


def test_what_was_left_out_is_talk(capsys: pytest.CaptureFixture[str]) -> None:
    audit._talk(FOUND, 12)
    audit._talk(NOTHING, 12)
    said = capsys.readouterr()
    assert said.out == ""
    assert "3 ground truths, compared with the answers of 2 versions: s@1, s@2." in said.err
    assert "1 ground truth left out" in said.err
    assert "old@1" in said.err
    assert "run `ls-prompts evaluate VERSION` first" in said.err
