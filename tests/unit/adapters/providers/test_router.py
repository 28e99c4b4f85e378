"""Several servers as one model."""

import pytest

from backend.adapters.providers.router import ModelRouter
from backend.domain.chat.request import ChatRequest
from tests.scripted import GOOD, ScriptedModel, completion, run, template


def test_each_request_goes_where_its_frame_says() -> None:
    here, there = ScriptedModel([GOOD]), ScriptedModel(["{}"])
    both = ModelRouter({"http://here/v1": here, "http://there/v1": there})
    request = ChatRequest(template(base_url="http://there/v1"), "I love it")
    assert run(both.complete(request, 0)) == completion("{}", request.digest)
    assert (here.requests, there.requests) == ([], [request])
    assert both.body(request) == b"http://there/v1"
    run(both.close())
    assert here.closed
    assert there.closed


def test_nobody_else_is_asked() -> None:
    with pytest.raises(KeyError):
        run(ModelRouter({}).complete(ChatRequest(template(), "I love it"), 0))
