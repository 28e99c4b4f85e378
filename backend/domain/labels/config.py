"""Reads a labelling config (XML) into a LabelSchema.

Everything unsupported is named and left alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from xml.etree.ElementTree import Element

from backend.domain.labels.conditions import MOST
from backend.domain.labels.config_tree import ConfigTree, config_tree
from backend.domain.labels.controls.base import Control
from backend.domain.labels.controls.registry import KINDS, builder_of, is_per_region
from backend.domain.labels.inputs.read_inputs import READ_TAGS
from backend.domain.labels.layout import TEXT_TAGS, DeclaredControl, Layout, layout_of
from backend.domain.labels.per_region import RegionControl, attach, may_stay_empty
from backend.domain.labels.related import with_relations
from backend.domain.labels.remark_box import is_remark_box
from backend.domain.labels.schema import LabelSchema
from backend.domain.labels.subjects import subjects_of
from backend.domain.labels.unreachable import unreachable
from backend.errors import LabelConfigError

_TAGS = {tag.lower(): tag for tag in (*KINDS, *TEXT_TAGS, *READ_TAGS)}
_MOST_NAMED, _NAME = 5, 160


def read_config(xml: str) -> LabelSchema:
    """The LabelSchema of a labelling config.

    Raises LabelConfigError, which lists what was found, when there is no supported control or no text variable.
    """
    schema = _read(xml)
    if isinstance(schema, str):
        raise LabelConfigError(schema)
    return schema


@lru_cache(maxsize=64)
def _read(xml: str) -> LabelSchema | str:
    """The schema, or why there is none. Cached, because Label Studio asks again and again, also about an invalid
    config."""
    try:
        return _schema(config_tree(xml))
    except LabelConfigError as error:
        return str(error)


def _schema(tree: ConfigTree) -> LabelSchema:
    root = tree.root
    layout = layout_of(root)
    fields, unsupported, prompt_control = _controls(layout)
    fields, why = with_relations(root, fields)
    unsupported += [f"<Relations> ({why})"] if why else []
    if not fields:
        contents = f" It has {_listed(unsupported)}." if unsupported else " It has no controls."
        raise LabelConfigError(
            f"The labelling config has no control a prompt can fill.{contents} Add <Choices> in the project's settings."
        )
    if not layout.variables:
        tags = sorted({e.tag for e in root.iter() if e.get("value", "").startswith("$")}) or ["none"]
        raise LabelConfigError(
            "The labelling config shows no text or picture of the task (objects found: "
            f'{_listed(tags)}).{_misspelt(tags)} Add <Text name="text" value="$text"/> in the project\'s settings.'
        )
    return LabelSchema(
        tuple(fields),
        tuple(layout.variables),
        tuple(unsupported),
        prompt_control,
        _headers(layout, fields),
        tuple(layout.phrases),
        tuple(layout.former),
        layout.read_inputs(),
        subjects=subjects_of(layout.controls),
        read_by_import=tree.read_by_import,
    )


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(name[:_NAME] for name in names[:_MOST_NAMED]) + more


def _misspelt(tags: Iterable[str]) -> str:
    """A sentence about tags that differ from known ones only in case; "" for none."""
    right = dict.fromkeys(_TAGS[tag.lower()] for tag in tags if tag.lower() in _TAGS and tag not in _TAGS.values())
    return f" Tags are case-sensitive: write {', '.join(f'<{tag}>' for tag in right)}." if right else ""


def _controls(layout: Layout) -> tuple[list[Control], list[str], str | None]:
    fields: dict[str, Control] = {}
    loose: dict[str, RegionControl] = {}
    unsupported: list[str] = []
    prompt_control = None
    for declared in layout.controls:
        element, name = declared.element, declared.name
        if _is_prompt_box(element):
            prompt_control = prompt_control or name
            continue
        if is_remark_box(element):
            continue
        field = _field(declared)
        if isinstance(field, str):
            unsupported.append(f"<{element.tag} name={declared.written!r}> ({field})")
        elif is_per_region(declared):
            loose.setdefault(name, RegionControl(declared, field))
        else:
            fields.setdefault(field.name, field)
    fields, left = attach(fields, list(loose.values()))
    unsupported += [f"<{loose[name].control.tag} name={name!r}> ({why})" for name, why in left.items()]
    reachable = _reachable(fields, unsupported)
    return reachable, unsupported, prompt_control


def _field(declared: DeclaredControl) -> Control | str:
    """The field of a control, or why there is none."""
    element = declared.element
    if len(declared.conditions) > MOST:
        return f"shown under more than {MOST} conditions"
    build = builder_of(declared)
    right = _TAGS.get(element.tag.lower(), element.tag)
    other = "not supported yet" if right == element.tag else f"tags are case-sensitive: write <{right}>"
    if is_per_region(declared):
        declared = replace(declared, hideable=may_stay_empty(declared))
    return build(declared) if build else other


def _reachable(fields: dict[str, Control], unsupported: list[str]) -> list[Control]:
    """The controls that some answer to the others can bring onto the screen."""
    never = unreachable(tuple(fields.values()))
    for name, why in never.items():
        unsupported.append(f"<{fields[name].tag} name={name!r}> (shown only {why}, which no prompt fills)")
    return [field for name, field in fields.items() if name not in never]


def _headers(layout: Layout, fields: Sequence[Control]) -> tuple[str, ...]:
    """Those for the prompt's own text. Of several controls each has its own, and is told with it; what stands over the
    boxes for prompts and remarks is for the annotator alone."""
    apart = {text for declared in layout.controls if _is_for_annotators(declared.element) for text in declared.heading}
    beside_controls = {text for field in fields for text in field.heading} if len(fields) > 1 else set()
    return tuple(text for text in layout.headers if text not in beside_controls | apart)


def _is_for_annotators(element: Element) -> bool:
    return _is_prompt_box(element) or is_remark_box(element)


def _is_prompt_box(element: Element) -> bool:
    return element.tag == "TextArea" and element.get("smart", "").lower() == "true"
