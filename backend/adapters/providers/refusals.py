"""Refusals: an HTTP error of the model's server -> the Failure of one task, or an error that ends the run."""

import re
import time
from dataclasses import dataclass

import openai

from backend.adapters.providers.connection_errors import words_of
from backend.adapters.providers.meant_status import meant_status, names_key
from backend.adapters.providers.model_connection import SettingNames
from backend.adapters.providers.rate_headers import retry_after
from backend.domain.chat.provider_words import quotable
from backend.domain.chat.request import ChatRequest
from backend.domain.document import Document
from backend.domain.outcome import Failure
from backend.errors import ProviderError

_KEY_REFUSED = re.compile(
    r"(api[ _-]?key|access token|credentials?)\b.{0,40}(not valid|invalid|incorrect|expired|missing|not found|revoked)"
    r"|(invalid|incorrect|expired|missing|bad|wrong|no) (api[ _-]?key|access token|credentials?)|\bno connected db\b",
    re.IGNORECASE,
)
"""Gemini and xAI refuse a key with status 400; LiteLLM looks for one it does not know in a database."""
_NO_MODEL = re.compile(
    r"\binvalid[ _]model\b|\bmodel_not_found\b|\b(?:unknown|no such) model\b|\bmodel not exist\b"
    r"|\bnot a valid model\b|\bmodel\b.{0,100}\bdoes not exist\b",
    re.IGNORECASE,
)
"""LiteLLM, Mistral, DeepSeek and OpenRouter do not know a model with status 400."""
_NO_CREDIT = re.compile(
    r"insufficient[ _]?(?:balance|credits?|funds|quota)|balance is (?:too low|insufficient)|exceeded_current_quota"
    r"|budget[ _](?:has been[ _])?exceeded|(?:crossed|exceeded|over) ?budget\b"
    r"|(?:out of|no|not enough) credits?\b|billing (?:hard limit|is not active)",
    re.IGNORECASE,
)
"""No 402 everywhere: 400 (Anthropic, LiteLLM), 403, or a 429 that no waiting ends (Moonshot, Zhipu)."""
_MODERATED = re.compile(r"content[ _-]?(filter|policy)|moderat|flagged|safety (system|policy|filter)|prohibited", re.I)
"""A refusal that is about what a task says."""
_TOO_LONG = re.compile(r"context|too (?:long|large)|(?:maximum|max)\b.{0,40}\b(?:length|tokens)", re.IGNORECASE)
"""A refusal that is about how much a task says."""


def _taking_none(words: str, more: str = "") -> re.Pattern[str]:
    """What refusals of a kind of content say, which are not about one piece of it."""
    kind = rf"\b(?:{words})\b(?!/|[ _](?:format|type|size|dimension|file))"
    return re.compile(
        rf"{kind}.{{0,40}}\b(?:not (?:supported|enabled|available|allowed)|only supported by)"
        rf"|(?:not|n.t) (?:support|accept|take|handle)\w*\b.{{0,20}}{kind}"
        rf"|variant .?(?:{words})\b|(?:support|for) (?:{words}) input|content\b.{{0,20}}\bmust be a string{more}",
        re.IGNORECASE,
    )


_TAKING_NONE = {
    "pictures": _taking_none("images?(?:_url)?|vision|multi-?modal", "|not a (?:multi-?modal|vision)|at most 0 image"),
    "documents": _taking_none("files?|pdfs?|documents?"),
}
"""Refusals of OpenAI, OpenRouter (404), DeepSeek, Mistral, Groq, vLLM, llama.cpp and Ollama (500), LM Studio."""
_ABOUT_ONE = (400, 403, 422)
"""A status that may be about the request, or about all of them: the words tell."""
_CODE = re.compile(r"[\w.:-]{1,60}")
"""Codes are words; anything else may repeat a task's text."""


@dataclass(frozen=True, slots=True)
class Refusals:
    """How refusals are described.

    where: the address, for people
    named: what is to be corrected
    key: never shown
    """

    where: str
    named: SettingNames
    key: str

    def quoted(self, request: ChatRequest | None, words: str) -> str:
        """The part of a provider's message about a request that may be shown."""
        return quotable(words, request.texts if request else "", self.key)

    def failure(self, model: str, error: openai.APIStatusError, request: ChatRequest | None = None) -> Failure:
        """The Failure. Raises ProviderError if no other task would be answered either.

        Parts of the message that repeat the request's texts are not used.
        """
        texts, code, message = request.texts if request else "", str(error.code or ""), words_of(error)
        status = meant_status(error.status_code, error.body, texts)
        kind = f"{code} {error.type or ''}"
        spent = status == 402 or (status == 429 and ("quota" in kind or "billing" in kind))
        self._check_account(status, spent or _NO_CREDIT.search(kind) is not None or _says(_NO_CREDIT, message, texts))
        words = self.quoted(request, message)
        quote = f': "{words}"' if words else ""
        self._check_key(status, status == 401 or names_key(kind) or _says(_KEY_REFUSED, message, texts))
        unnamed = status in (400, 422) and (_NO_MODEL.search(kind) or _says(_NO_MODEL, message, texts))
        if status in (404, 405) or unnamed:
            raise self._unknown(model, quote)
        named = f" {code}" if code not in (str(status), str(error.status_code)) and _CODE.fullmatch(code) else ""
        if status in _ABOUT_ONE and (_MODERATED.search(code) or _says(_MODERATED, message, texts)):
            return Failure("refused", f"The provider refused what this task says ({error.status_code}{named}).")
        return self._of_one(model, status, error, named, quote)

    def takes_no_documents(self, request: ChatRequest, error: openai.APIStatusError) -> bool:
        """Whether the model takes no documents, and the request holds some."""
        return "documents" in _kinds(request) and self._takes_none("documents", request, error)

    def _takes_none(self, kind: str, request: ChatRequest, error: openai.APIStatusError) -> bool:
        return error.status_code != 429 and _says(_TAKING_NONE[kind], words_of(error), request.texts)

    def check_pictures(self, request: ChatRequest, error: openai.APIStatusError) -> None:
        """Raises ProviderError if the model takes no pictures, and the request holds some."""
        if "pictures" in _kinds(request) and self._takes_none("pictures", request, error):
            words = self.quoted(request, words_of(error))
            raise ProviderError(
                f"Model '{request.template.model}' at {self.where} takes no pictures: choose a model that does, or a "
                "prompt that shows none" + (f': "{words}".' if words else ".")
            )

    def _check_account(self, status: int, spent: bool) -> None:
        if spent and status in (402, 429, *_ABOUT_ONE):
            raise ProviderError(f"The account at {self.where} has no quota left: add credit, then run it again.")

    def _check_key(self, status: int, key_refused: bool) -> None:
        if key_refused and status in (401, *_ABOUT_ONE):
            raise ProviderError(f"{self.where} refused the key: check {self.named.key} and {self.named.address}.")

    def _unknown(self, model: str, quote: str) -> ProviderError:
        return ProviderError(
            f"{self.where} does not know model '{model}' (or is not an OpenAI-compatible address): "
            f"check the model's name and {self.named.address}, which usually ends in /v1{quote}."
        )

    def _of_one(self, model: str, status: int, error: openai.APIStatusError, code: str, quote: str) -> Failure:
        wait = retry_after(error.response.headers, time.time())
        if status == 403:
            who = f"The key may not use model '{model}' at {self.where} ({error.status_code})"
            return Failure("auth", f"{who}: choose another model or key{quote}.")
        if status == 429:
            return Failure("rate_limited", "The provider's rate limit was reached.", wait)
        if status in (408, 409) or status >= 500:
            return Failure("server", f"The model's server answered {status}{quote}.", wait)
        return Failure("bad_request", f"The model's server refused the request ({error.status_code}{code}){quote}.")


def _kinds(request: ChatRequest) -> list[str]:
    """Of what it shows."""
    return sorted({"documents" if isinstance(file, Document) else "pictures" for _, file in request.pictures})


def is_about_length(error: openai.APIStatusError) -> bool:
    """Whether a refusal says that the request is too long."""
    return _TOO_LONG.search(f"{error.code} {words_of(error)}") is not None


def _says(pattern: re.Pattern[str], message: str, texts: str) -> bool:
    return any(match[0] not in texts for match in pattern.finditer(message))
