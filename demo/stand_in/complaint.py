"""A request turned down, in the words and the JSON of OpenAI's API, so that clients react as they would there."""

import json

_TYPES = {401: "authentication_error", 429: "requests", 500: "server_error"}


class ComplaintError(Exception):
    """Ends a request with an HTTP error; `body` is what OpenAI's clients expect to find in one."""

    def __init__(self, status: int, message: str, code: str | None = None, param: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers: dict[str, str] = {}
        kind = code if code == "insufficient_quota" else _TYPES.get(status, "invalid_request_error")
        error = {"message": message, "type": kind, "param": param, "code": code}
        self.body = json.dumps({"error": error}).encode()


def unsupported(param: str, instead: str = "") -> ComplaintError:
    """The model doesn't take this parameter at all."""
    message = f"Unsupported parameter: '{param}' is not supported with this model.{instead}"
    return ComplaintError(400, message, code="unsupported_parameter", param=param)


def unsupported_format(kind: str) -> ComplaintError:
    """The model can't be held to this kind of answer."""
    message = f"Invalid parameter: 'response_format' of type '{kind}' is not supported with this model."
    return ComplaintError(400, message, param="response_format")


def unsupported_temperature(value: float) -> ComplaintError:
    """The model has only the default temperature."""
    message = f"Unsupported value: 'temperature' does not support {value:g} with this model."
    only = " Only the default (1) value is supported."
    return ComplaintError(400, message + only, code="unsupported_value", param="temperature")


def unreadable(kind: str, message: int, part: int) -> ComplaintError:
    """The model reads text only, and this part of a message is of another kind, such as image_url."""
    what = {"image_url": "images", "input_audio": "audio", "file": "files"}.get(kind, "anything but text")
    said = f"Invalid content type. {kind} is not supported: this model does not read {what}."
    return ComplaintError(400, said, param=f"messages.[{message}].content.[{part}].type")


def wrong_key(key: str, status: int) -> ComplaintError:
    """The API key is not the one that was set."""
    shown = f"{key[:3]}***{key[-2:]}" if len(key) > 8 else "***"
    return ComplaintError(status, f"Incorrect API key provided: {shown}.", code="invalid_api_key")


def no_model(model: str) -> ComplaintError:
    """There is no such model."""
    message = f"The model `{model}` does not exist or you do not have access to it."
    return ComplaintError(404, message, code="model_not_found", param="model")


def missing_parameter(param: str) -> ComplaintError:
    """The request lacks what it is about."""
    return ComplaintError(400, f"Missing required parameter: '{param}'.", "missing_required_parameter", param)


def not_found(what: str, name: str) -> ComplaintError:
    """There is no such file or batch."""
    return ComplaintError(404, f"No {what} found with id '{name}'.", param="id")


def flagged() -> ComplaintError:
    """Moderation refused the input."""
    return ComplaintError(403, "This model requires moderation, and your input was flagged.")


def no_quota() -> ComplaintError:
    """The account has run out of money: waiting doesn't help."""
    message = "You exceeded your current quota, please check your plan and billing details."
    return ComplaintError(429, message, code="insufficient_quota")


def rate_limited(seconds: float) -> ComplaintError:
    """Too many requests: come back after `seconds`."""
    error = ComplaintError(429, "Rate limit reached for requests.", code="rate_limit_exceeded")
    error.headers = {"Retry-After": f"{seconds:g}", "retry-after-ms": f"{seconds * 1000:g}"}
    return error


def server_error() -> ComplaintError:
    """The server failed, as it was told to."""
    return ComplaintError(500, "The server had an error while processing your request. Sorry about that!")
