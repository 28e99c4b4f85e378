"""The description of the API covers what the installed SDK calls; a release of the SDK that calls more is noticed."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from backend.interfaces.web.api.openapi import OPERATIONS, description
from backend.interfaces.web.api.refinements import RefinementRoutes
from backend.interfaces.web.api.routes import ROUTES, refinement_routes
from backend.services.refinements import Refinements
from tests import sdk_description

PINNED = json.loads((Path(sdk_description.__file__).parent / "data" / "sdk_prompts_api.json").read_text())
MORE, DESCRIBED = refinement_routes(RefinementRoutes(Refinements()))
DOCUMENT = description((*ROUTES, *MORE), DESCRIBED)
NOT_OURS = {
    "prompts.compatible_projects": {"archived", "source_interface_id", "state", "workspaces"},
    "prompts.batch_predictions": {"num_predictions"},
    "prompts.batch_failed_predictions": {"num_failed_predictions"},
    "prompts.versions.refine_prompt": {"async"},
    "prompts.subsets": {"ordering"},
}
"""What the SDK may send and we need not know: Enterprise's own, and what makes no difference to an answer."""


def ours(call: dict[str, Any]) -> dict[str, Any] | None:
    """The operation that answers a call of the SDK."""
    path = re.sub(r"{\w+}", "{}", call["path"].rstrip("/"))
    paths = {re.sub(r"{\w+}", "{}", name): methods for name, methods in DOCUMENT["paths"].items()}
    found: dict[str, Any] | None = paths.get(path, {}).get(call["method"].lower())
    return found


def test_the_installed_sdk_calls_what_was_looked_at() -> None:
    """When this fails, the SDK has changed: read what is new, serve it, then write tests/data/sdk_prompts_api.json."""
    found = sdk_description.description()
    assert found["calls"] == PINNED["calls"]
    assert {name: found["models"][name] for name in PINNED["models"]} == PINNED["models"]
    assert len(found["calls"]) == 30


@pytest.mark.parametrize("name", PINNED["calls"])
def test_each_call_of_the_sdk_is_described(name: str) -> None:
    call = PINNED["calls"][name]
    operation = ours(call)
    assert operation is not None
    known = {given["name"] for given in operation["parameters"] if given["in"] == "query"}
    assert set(call["query"]) - known == NOT_OURS.get(name, set())


@pytest.mark.parametrize(
    "model", ["ModelInterface", "ModelInterfaceSerializerGet", "ThirdPartyModelVersion", "ModelRun"]
)
def test_our_objects_have_every_field_of_the_sdks(model: str) -> None:
    fields = DOCUMENT["components"]["schemas"][model]["properties"]
    assert set(PINNED["models"][model]) - set(fields) == set()


def test_references_lead_somewhere_and_names_are_unique() -> None:
    text = json.dumps(DOCUMENT)
    schemas = DOCUMENT["components"]["schemas"]
    assert set(re.findall(r'"#/components/schemas/(\w+)"', text)) <= set(schemas)
    names = [operation["operationId"] for methods in DOCUMENT["paths"].values() for operation in methods.values()]
    assert len(names) == len(set(names)) == len(ROUTES) + len(MORE)


def test_what_is_described_is_served() -> None:
    views = {view for _, _, view in ROUTES}
    assert set(OPERATIONS) <= views
