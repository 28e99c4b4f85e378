"""Results of several kinds of controls on the page: a line for each, the scores of each, and nothing of the program."""

import re

import pytest

from backend.domain.dataset.subset import Subset
from tests.journeys.conftest import RunningLabelStudio, ServedInstallation
from tests.journeys.no_script import Browser, text_of
from tests.journeys.project import Json, StudioProject
from tests.journeys.test_page_results import address_of

CONFIG = """<View>
  <Text name="text" value="$text"/>
  <Labels name="who" toName="text"><Label value="PER"/></Labels>
  <Number name="price" toName="text"/>
</View>"""
INSTRUCTIONS = "Read it to the end."


def truth(price: float) -> list[Json]:
    value = {"start": 0, "end": 4, "text": "Anna", "labels": ["PER"]}
    return [
        {"from_name": "who", "to_name": "text", "type": "labels", "value": value},
        {"from_name": "price", "to_name": "text", "type": "number", "value": {"number": price}},
    ]


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    return StudioProject.made(
        label_studio, [{"text": "Anna paid 12"}, {"text": "Anna paid 7"}], [truth(12), truth(8)], CONFIG
    )


def test_each_control_has_a_line_and_its_scores(
    visitor: Browser, backend_server: ServedInstallation, project: StudioProject
) -> None:
    ours = backend_server.installation
    tag = ours.save(f"kinds{project.id}", project.id, "Who paid what?\n\n{text}", system=INSTRUCTIONS)
    ours.app.run(tag, Subset("all"))
    html = visitor.get(address_of(ours, tag))
    assert "who: PER &#34;Anna&#34; at 0\nprice: 12<" in html
    assert "who: PER &#34;Anna&#34; at 0\nprice: 8<" in html, "and so has a ground truth"
    shown = text_of(html)
    assert re.search(r"who span f1 1\.000 0\.\d{3} to 1\.000", shown), "few right answers leave room for errors"
    assert "price mean absolute error 0.500" in shown
    assert INSTRUCTIONS in shown, "what the model was told is shown whole"
    assert "{'" not in shown
    row, _, _ = address_of(ours, tag).partition("/versions")
    visitor.get(f"{row}/draft")
    tried = visitor.post(f"{row}/try", text="Who paid?\n\n{text}", model="stand-in")
    assert "who: PER &#34;Anna&#34; at 0\nprice: 12<" in tried
    assert "&#39;label&#39;" not in tried


def test_where_nothing_falls_into_labels_no_figure_of_labels_is_shown(
    visitor: Browser, backend_server: ServedInstallation, label_studio: RunningLabelStudio
) -> None:
    config = '<View><Text name="text" value="$text"/><Number name="price" toName="text"/></View>'
    project = StudioProject.made(label_studio, [{"text": "It cost 12"}], [truth(12)[1:]], config)
    ours = backend_server.installation
    tag = ours.save(f"prices{project.id}", project.id)
    ours.app.run(tag, Subset("all"))
    shown = text_of(visitor.get(address_of(ours, tag)))
    assert "1 of 1 answer with a ground truth are right" in shown
    assert "By control Control Score" in shown
    assert "F1" not in shown
    assert "By label" not in shown
