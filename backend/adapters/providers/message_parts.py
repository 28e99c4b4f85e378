"""A message with pictures as the API has it: a list of texts and of pictures, each whole, in a data: address."""

import json
from base64 import b64encode

from backend.domain.chat.request import ChatRequest
from backend.domain.picture import Picture


def content_of(request: ChatRequest) -> bytes:
    """The JSON of the user's content."""
    return b"[" + b", ".join(map(_part, request.parts)) + b"]"


def _part(part: str | Picture) -> bytes:
    if isinstance(part, str):
        return json.dumps({"type": "text", "text": part}).encode()
    address = f"data:{part.media_type};base64,".encode() + b64encode(part.content)
    return b'{"type": "image_url", "image_url": {"url": "' + address + b'"}}'
