"""Answers from and to Label Studio's `result` JSON."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from backend.domain.answer import Answer
from backend.domain.hashing import digest
from backend.domain.labels.controls.base import Control
from backend.domain.labels.controls.region_score import SCORE_DIGITS
from backend.domain.labels.controls.spans.marking import attributes_of
from backend.domain.labels.controls.spans.relations import RELATION, RelationsControl
from backend.domain.labels.related import with_related
from backend.domain.labels.schema import LabelSchema

_LINKS = ("id", "from_id", "to_id")
MOST_LINKED = 100
"""Regions of one id that are told apart one by one."""


def regions_in(result: Any) -> list[Mapping[str, Any]]:
    """The regions of a `result` as Label Studio hands it out; it stores null where another tool sent an object or a
    number."""
    return [region for region in _list(result) if isinstance(region, Mapping)]


def to_result(answer: Answer, schema: LabelSchema, scores: Mapping[str, float] | None = None) -> list[dict[str, Any]]:
    """The regions of an answer, without ids (Label Studio adds them). `scores`: of controls, for their regions."""
    return [
        region | ({"score": rounded(scores[field.name])} if scores and field.name in scores else {})
        for field in schema.fields
        for region in field.to_regions(answer.get(field.name))
    ]


def from_result(result: Sequence[Mapping[str, Any]], schema: LabelSchema) -> Answer:
    """The Answer that regions hold, renamed labels under their names of now; regions of controls the schema does not
    know are left alone, and so are those of controls that the screen hides."""
    by_name: dict[str, list[Mapping[str, Any]]] = {}
    for region in result:
        name = region.get("from_name") if isinstance(region, Mapping) else None
        if isinstance(name, str):
            by_name.setdefault(name, []).append(region)
    answer: Answer = {field.name: field.from_regions(_own(field, by_name)) for field in schema.fields}
    if schema.renames:
        answer = schema.renamed(answer)
    return with_related(schema.as_shown(answer, others_of(result, schema)), result, schema.fields, schema.renames)


def _own(field: Control, by_name: Mapping[str, list[Mapping[str, Any]]]) -> list[Mapping[str, Any]]:
    """The regions of a control, and of what is said of the things that it marks."""
    names = (*field.from_names(by_name), *attributes_of(field).names)
    return [region for name in names for region in by_name.get(name, ())]


def is_submittable(result: Sequence[Mapping[str, Any]], schema: LabelSchema) -> bool:
    """Whether the screen would submit these regions as they are: none of a hidden control, and one of each that is
    required and shown."""
    held = {str(region.get("from_name")) for region in result if isinstance(region, Mapping)}
    answer, others = from_result(result, schema), others_of(result, schema)
    visible = schema.on_screen(answer, others)
    hidden = [field for field in schema.fields if field.name not in visible.by_name]
    whole = all(field.submittable(answer[field.name]) for field in visible.fields)
    return whole and not any(field.from_names(held) for field in hidden)


def others_of(result: Sequence[Mapping[str, Any]], schema: LabelSchema) -> dict[str, tuple[str, ...]]:
    """Selected values of controls that the schema does not know but conditions may depend on, by control."""
    selected: dict[str, tuple[str, ...]] = {}
    names = _names_of(schema, result) if schema.conditional else ()
    for region in result if schema.conditional else ():
        name, value = (region.get("from_name"), region.get("value")) if isinstance(region, Mapping) else (None, None)
        if isinstance(name, str) and name not in names and isinstance(value, Mapping):
            chosen = value.get("choices") or value.get("taxonomy")
            last = [choice[-1] if isinstance(choice, list) and choice else choice for choice in _list(chosen)]
            selected[name] = (*selected.get(name, ()), *(choice for choice in last if isinstance(choice, str)))
    return selected


def _names_of(schema: LabelSchema, result: Sequence[Mapping[str, Any]]) -> set[str]:
    """The `from_name`s in a result that are those of the schema's controls."""
    held = {str(region.get("from_name")) for region in result if isinstance(region, Mapping)}
    return {name for field in schema.fields for name in (*field.from_names(held), *attributes_of(field).names)}


def replaced(
    result: Sequence[Mapping[str, Any]], answer: Answer, schema: LabelSchema
) -> list[Mapping[str, Any]] | None:
    """An annotation's regions with another answer to the schema's controls; what the annotation holds beside stays.
    None if something that would stay is about a region that would go: a relation, or a value of a region.

    result: the annotation's regions; they stay as they are where they hold `answer` already
    answer: the values of the schema's controls
    """
    if from_result(result, schema) == answer:
        return list(result)
    names, regions = _names_of(schema, result), [region for region in result if isinstance(region, Mapping)]
    related = [region for region in regions if region.get("type") == RELATION]
    others = [region for region in regions if region.get("type") != RELATION]
    removed, kept = ([r for r in others if (r.get("from_name") in names) is own] for own in (True, False))
    gone_ids, kept_ids = ({str(r["id"]) for r in some if r.get("id") is not None} for some in (removed, kept))
    has_relations = any(isinstance(field, RelationsControl) for field in schema.fields)
    stay = [region for region in related if not (has_relations and _ends(region) <= gone_ids)]
    if gone_ids & kept_ids or any(_ends(region) & gone_ids for region in stay):
        return None
    return [*kept, *stay, *to_result(answer, schema)]


def _ends(relation: Mapping[str, Any]) -> set[str]:
    return {str(relation.get(end)) for end in ("from_id", "to_id")}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def rounded(confidence: float | None) -> float | None:
    """A confidence in the precision that Label Studio stores."""
    return None if confidence is None else round(float(confidence), SCORE_DIGITS)


def fingerprint(score: float | None, result: Sequence[Mapping[str, Any]]) -> int:
    """60 bits of a prediction's content: the score of a region counts; of ids, which regions share one."""
    return int(digest([rounded(score), sorted(_essences(result))])[:15], 16)


def answer_print(result: Sequence[Mapping[str, Any]]) -> int:
    """The same of the answer alone, without scores."""
    return int(digest(sorted(content for content, _ in _essences(result)))[:15], 16)


def _essences(result: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """The content of each region, with that of those which share its id or which it relates, and its score."""
    contents = [_described(region) for region in result]
    by_id: dict[str, list[str]] = {}
    for region, content in zip(result, contents, strict=True):
        by_id.setdefault(str(region.get("id")), []).append(content)
    shared = {name: _together(own) for name, own in by_id.items()}
    for region, content in zip(result, contents, strict=True):
        ids = [str(region[key]) for key in _LINKS if region.get(key) is not None]
        several = any(len(by_id.get(name, ())) > 1 for name in ids) or "from_id" in region
        linked = [shared.get(name, []) for name in ids]
        yield json.dumps([content, linked]) if several else content, json.dumps(region.get("score"))


def _together(contents: list[str]) -> list[str]:
    """What regions of one id hold; of many a digest, because each of them names it."""
    return sorted(contents) if len(contents) <= MOST_LINKED else [digest(sorted(contents))]


def _described(region: Mapping[str, Any]) -> str:
    kept = [region.get(key) for key in ("from_name", "to_name", "type", "value")]
    related = [region.get(key) for key in ("direction", "labels")] if "from_id" in region else []
    picture = [region["item_index"]] if region.get("item_index") is not None else []
    return json.dumps([*kept, *related, *picture], sort_keys=True)
