"""A request whose documents are sent as their text, to a model that takes no files. Its digest does not change, because
the text that a PDF reader finds depends on the release of the reader."""

import asyncio
from dataclasses import replace

from backend.adapters.providers.request_format import RequestFormat
from backend.adapters.pypdf import PdfTexts
from backend.domain.chat.request import ChatRequest
from backend.domain.document import Document
from backend.domain.outcome import Failure
from backend.domain.picture import PlacedAttachment


class WrittenDocuments:
    """Safe to call from several threads."""

    def __init__(self) -> None:
        self._texts = PdfTexts()

    async def sent(self, request: ChatRequest, form: RequestFormat) -> ChatRequest | Failure:
        """The request as it is sent in that form, or the Failure of a document without a text. Documents are read
        outside of the event loop."""
        if not form.written or not _holds_documents(request):
            return request
        return await asyncio.to_thread(self._written, request)

    def in_batch(self, request: ChatRequest, form: RequestFormat) -> ChatRequest:
        """The same; a document without a text stays a file, and the batch tells that it is refused."""
        sent = self._written(request) if form.written and _holds_documents(request) else request
        return request if isinstance(sent, Failure) else sent

    def _written(self, request: ChatRequest) -> ChatRequest | Failure:
        """With the text of each document where that stood."""
        user, kept, end = "", list[PlacedAttachment](), 0
        for at, attachment in request.pictures:
            user, end = user + request.user[end:at], at
            if not isinstance(attachment, Document):
                kept.append((len(user), attachment))
                continue
            text, why = self._texts.of(attachment)
            if why:
                return Failure("bad_task", f"Its document {why}", unbilled=True)
            user += text
        return replace(request, user=user + request.user[end:], pictures=tuple(kept), stands_for=request.digest)


def _holds_documents(request: ChatRequest) -> bool:
    return any(isinstance(attachment, Document) for _, attachment in request.pictures)
