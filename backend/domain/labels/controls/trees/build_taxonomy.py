"""The control of a <Taxonomy>.

Refuses trees that the browser loads (`apiUrl`), trees as labels of regions, and paths per item; `config` names those
as unsupported.
"""

from backend.domain.labels import taxonomy_tree
from backend.domain.labels.choice_names import MOST
from backend.domain.labels.controls.count_attribute import count_in
from backend.domain.labels.controls.trees.taxonomy import TaxonomyControl
from backend.domain.labels.layout import DeclaredControl
from backend.domain.labels.taxonomy_tree import DEEPEST, tree_of


def build_taxonomy(declared: DeclaredControl) -> TaxonomyControl | str:
    """The control of a <Taxonomy> element, or why it isn't supported."""
    element = declared.element
    flags = (("labeling", "labels of regions"), ("perItem", "per item"))
    for attribute, what in flags:
        if element.get(attribute.lower(), "").lower() == "true":
            return f'{attribute}="true" ({what})'
    if element.get("apiurl"):
        return "apiUrl (a tree that the browser loads)"
    source, nodes = tree_of(element)
    if nodes is None:
        return f"a tree of more than {MOST:,} choices or {DEEPEST} levels, or with very long names"
    if not nodes and source is None:
        return "it lists no choices"
    leaves = element.get("leafsonly", "").lower() == "true"
    return TaxonomyControl(
        name=declared.name,
        to_name=declared.to_name,
        nodes=taxonomy_tree.chosen_from(nodes, leaves),
        source=source,
        leaves=leaves,
        most=count_in(element.get("maxusages", "")),
        hideable=declared.hideable,
        required=declared.required,
        conditions=declared.conditions,
        heading=tuple(declared.heading),
    )
