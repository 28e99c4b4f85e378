"""Several servers as one model."""

import pytest

from backend.domain.chat.request import ChatRequest
from backend.adapters.providers.router import Models
from tests.scripted import GOOD, ScriptedModel, completion, frame, run


class Server(ScriptedModel):
    def body(self, request: ChatRequest) -> bytes:
        return request.frame.base_url.encode()


def test_each_request_goes_where_its_frame_says():
    here, there = Server([GOOD]), Server(["{}"])
    both = Models({"http://here/v1": here, "http://there/v1": there})
    request = ChatRequest(frame(base_url="http://there/v1"), "I love it")
    assert run(both.complete(request, 0)) == completion("{}", request.digest)
    assert (here.requests, there.requests) == ([], [request])
    assert both.body(request) == b"http://there/v1"
    run(both.close())
    assert here.closed
    assert there.closed


def test_nobody_else_is_asked():
    with pytest.raises(KeyError):
        run(Models({}).complete(ChatRequest(frame(), "I love it"), 0))
