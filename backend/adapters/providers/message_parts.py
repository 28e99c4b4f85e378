"""Message parts: a message with pictures and documents in the form of the API, which is a list of parts. Files are sent
whole, in data: addresses."""

import json
from base64 import b64encode

from backend.domain.chat.request import ChatRequest
from backend.domain.document import PDF, Document
from backend.domain.picture import Attachment


def content_of(request: ChatRequest) -> bytes:
    """The JSON of the user's content."""
    return b"[" + b", ".join(map(_part, request.parts)) + b"]"


def _part(part: str | Attachment) -> bytes:
    if isinstance(part, str):
        return json.dumps({"type": "text", "text": part}).encode()
    if isinstance(part, Document):
        name = f'{{"filename": "{part.sha256[:12]}.pdf", "file_data": '.encode()
        return b'{"type": "file", "file": ' + name + _address(PDF, part.content) + b"}}"
    return b'{"type": "image_url", "image_url": {"url": ' + _address(part.media_type, part.content) + b"}}"


def _address(media_type: str, content: bytes) -> bytes:
    return f'"data:{media_type};base64,'.encode() + b64encode(content) + b'"'
