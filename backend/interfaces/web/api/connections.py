"""Connections to model providers: the one that the server's environment names. Its key is nobody's to read or set."""

from typing import Any

from backend.domain.urls import shown
from backend.interfaces.web.api.call import ApiCall
from backend.interfaces.web.api.shapes import CONNECTION
from backend.interfaces.web.problem import Problem

PROVIDERS = ["OpenAI", "Custom"]
OPENAI = "https://api.openai.com/"


def list_connections(call: ApiCall) -> Any:
    return [_connection(call)]


def provider_choices(call: ApiCall) -> Any:
    return {"provider_choices": PROVIDERS}


def get_connection(call: ApiCall, connection: int) -> Any:
    if connection != CONNECTION:
        raise Problem(404, f"There is no connection {connection}: there is one, {CONNECTION}.")
    return _connection(call)


def refuse_change(call: ApiCall, connection: int = CONNECTION) -> Any:
    raise Problem(
        400, "Connections are set where the server runs: OPENAI_BASE_URL and OPENAI_API_KEY in its environment."
    )


def _connection(call: ApiCall) -> dict[str, Any]:
    address = call.app.container.settings.openai_base_url
    nothing = dict.fromkeys(
        (
            "deployment_name",
            "google_location",
            "google_project_id",
            "cached_available_models",
            "budget_limit",
            "budget_reset_period",
            "budget_last_reset_date",
            "budget_total_spent",
            "budget_alert_threshold",
            "created_by",
            "created_at",
            "updated_at",
        )
    )
    return {
        **nothing,
        "id": CONNECTION,
        "provider": "OpenAI" if address.startswith(OPENAI) else "Custom",
        "scope": "Organization",
        "endpoint": shown(address),
        "model_params": {},
        "is_internal": False,
        "organization": call.person.organization,
    }
