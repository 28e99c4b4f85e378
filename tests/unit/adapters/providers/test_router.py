"""Several connections as one model, also two to one address."""

import pytest

from backend.adapters.providers.router import ModelRouter
from backend.domain.chat.request import ChatRequest
from tests.scripted import GOOD, ScriptedModel, completion, run, template


def test_each_request_goes_through_the_connection_that_its_template_names() -> None:
    here, there = ScriptedModel([GOOD]), ScriptedModel(["{}"])
    both = ModelRouter({"here": here, "there": there})
    request = ChatRequest(template(connection="there"), "I love it")
    assert run(both.complete(request, 0)) == completion("{}", request.digest)
    assert (here.requests, there.requests) == ([], [request])
    assert both.body(request) == request.template.base_url.encode()
    run(both.close())
    assert here.closed
    assert there.closed


def test_nobody_else_is_asked() -> None:
    with pytest.raises(KeyError):
        run(ModelRouter({}).complete(ChatRequest(template(), "I love it"), 0))
