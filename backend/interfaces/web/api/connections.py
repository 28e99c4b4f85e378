"""Connections to model providers: those of the server's environment, and those that people add. No answer has a key."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Response

from backend.domain.connections.connection import RESERVED
from backend.domain.connections.providers import ADDRESSES, CUSTOM
from backend.interfaces.presentation.json.connections import connection_check_json
from backend.interfaces.web.api import shapes
from backend.interfaces.web.api.answers import ModelProviderConnection
from backend.interfaces.web.api.bodies import ConnectionBody, ConnectionTestBody, OrderQuery, body, query
from backend.interfaces.web.api.call import ApiCall
from backend.interfaces.web.api.paging import ordered
from backend.interfaces.web.problem import Problem
from backend.services.setup.model_connections import ConnectionChange
from backend.services.setup.public_connections import PublicConnection

ORDERS: dict[str, Callable[[ModelProviderConnection], Any]] = {
    "id": lambda row: row["id"],
    "provider": lambda row: row["provider"],
    "created_at": lambda row: row["created_at"],
    "updated_at": lambda row: row["updated_at"],
}


def list_connections(call: ApiCall) -> Any:
    rows = [_shape(call, item) for item in call.app.public_connections.all()]
    return ordered(rows, query(OrderQuery).ordering, ORDERS)


def provider_choices(call: ApiCall) -> Any:
    return {"provider_choices": list(ADDRESSES)}


def get_connection(call: ApiCall, connection: int) -> Any:
    return _shape(call, call.app.public_connections.get(connection))


def create_connection(call: ApiCall) -> Any:
    """The same once more is the same connection: the SDK repeats a request whose answer was lost."""
    sent = body(ConnectionBody)
    return _shape(call, call.app.public_connections.add(sent.provider or CUSTOM, _change(sent), _kept(sent))), 201


def update_connection(call: ApiCall, connection: int) -> Any:
    sent = body(ConnectionBody)
    return _shape(call, call.app.public_connections.change(connection, sent.provider, _change(sent), _kept(sent)))


def delete_connection(call: ApiCall, connection: int) -> Any:
    """Versions that name it stay. Refused while a run uses it."""
    call.app.disconnect_model(call.app.public_connections.changeable(connection).name)
    return Response(status=204)


def test_connection(call: ApiCall, connection: int) -> Any:
    """What the server lists, and what one small request takes and costs."""
    sent, name = body(ConnectionTestBody), call.app.public_connections.get(connection).name
    return connection_check_json(call.app.test_connection_within_day(name, sent.model))


def _change(sent: ConnectionBody) -> ConnectionChange:
    """Raises Problem 400 for what no connection here can have."""
    if sent.scope not in (None, "Organization"):
        raise Problem(400, "A connection is for everyone who may run prompts here: send scope='Organization', or none.")
    if sent.google_application_credentials:
        raise Problem(400, "Google's credentials cannot be used here: create a Gemini connection with an api_key.")
    if sent.api_key and sent.auth_token and sent.api_key != sent.auth_token:
        raise Problem(400, "A connection has one key: send 'api_key' or 'auth_token'.")
    key = sent.api_key or sent.auth_token
    has_secret = sent.api_key is not None or sent.auth_token is not None
    secret = key.get_secret_value() if key else None
    return ConnectionChange(sent.endpoint or None, secret or None, no_key=has_secret and not secret)


def _kept(sent: ConnectionBody) -> dict[str, Any]:
    fields = {"deployment_name": sent.deployment_name, "cached_available_models": sent.cached_available_models}
    return {name: value for name, value in fields.items() if value is not None}


def _shape(call: ApiCall, item: PublicConnection) -> ModelProviderConnection:
    number, api_fields, limit = item.number, item.number.api_fields, item.stored.monthly_budget
    return {
        "id": number.id,
        "name": item.name,
        "provider": item.provider,
        "scope": "Organization",
        "endpoint": item.stored.public_url,
        "deployment_name": api_fields.get("deployment_name"),
        "cached_available_models": api_fields.get("cached_available_models"),
        "google_location": None,
        "google_project_id": None,
        "model_params": {},
        "is_internal": item.name in RESERVED,
        "budget_limit": limit,
        "budget_reset_period": None if limit is None else "Monthly",
        "budget_last_reset_date": None if limit is None else f"{datetime.now(UTC):%Y-%m}-01T00:00:00Z",
        "budget_total_spent": None if limit is None else call.app.spent_this_month(item.name),
        "budget_alert_threshold": None,
        "organization": call.person.organization,
        "created_by": shapes.user(number.user_id, number.user_email),
        "created_at": item.stored.created or None,
        "updated_at": number.updated,
    }
