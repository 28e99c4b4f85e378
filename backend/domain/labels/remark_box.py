"""The remark box: where the labelling screen shows what we have to say about a prompt that was typed there.

Results are all that Label Studio shows of an answer, and they are saved with the annotation. One kind is shown and not
saved (measured with 1.23.2): that of a control which waits for a control that does not exist, inside a view that is
there once a choice is made:

    <View visibleWhen="choice-selected">
      <TextArea name="remark" toName="text" whenTagName="not-saved" maxSubmissions="0"/>
    </View>
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from xml.etree.ElementTree import Element

from backend.domain.labels.config_tree import config_tree
from backend.errors import LabelConfigError

NOT_SAVED = "not-saved"
CHOOSING = ("choices", "taxonomy")


@dataclass(frozen=True, slots=True)
class RemarkBox:
    """The name of its control, and of the object that it belongs to."""

    name: str
    to_name: str

    def saying(self, sentence: str = "") -> dict[str, Any]:
        """The result that makes it show the sentence, or nothing."""
        texts = [sentence] if sentence else []
        return {"from_name": self.name, "to_name": self.to_name, "type": "textarea", "value": {"text": texts}}


@lru_cache(maxsize=64)
def remark_box(label_config: str) -> RemarkBox | None:
    """The first one of a labelling config; None when there is none."""
    try:
        root = config_tree(label_config).root
    except LabelConfigError:
        return None
    elements = filter(is_remark_box, root.iter())
    boxes = (RemarkBox(element.get("name", ""), element.get("toname", "")) for element in elements)
    return next((box for box in boxes if box.name and box.to_name), None)


def is_remark_box(element: Element) -> bool:
    """Whether a control is for remarks, and not for answers."""
    return element.tag == "TextArea" and element.get("whentagname") == NOT_SAVED


def is_shown(context: Mapping[str, Any] | None) -> bool:
    """Whether a choice is made on that screen, so that the box is there."""
    regions = context.get("result") if isinstance(context, Mapping) else None
    return any(
        isinstance(region, dict) and region.get("type") in CHOOSING
        for region in (regions if isinstance(regions, list) else [])
    )
