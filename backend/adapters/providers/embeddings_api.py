"""The provider's embeddings endpoint, through the `openai` package: texts in, vectors out.

The client repeats requests after errors that may pass (rate limits, server errors, broken connections).
"""

import weakref
from array import array
from collections.abc import Sequence
from math import isfinite

import httpx2
import openai

from backend.adapters.providers.chat_completions import GARBAGE
from backend.adapters.providers.connection_errors import check, moved, unsafe
from backend.adapters.providers.key_header import request_hooks
from backend.adapters.providers.model_connection import ModelConnection
from backend.adapters.tls import client_context
from backend.errors import ProviderError

TRIES = 6


class EmbeddingApi:
    """Safe to share between threads. Its connections are closed when nobody has it any more."""

    def __init__(self, connection: ModelConnection) -> None:
        """Raises SettingsError for an invalid key or address."""
        check(connection)
        self._address, self._named = connection.public_url, connection.settings
        hooks = {"request": request_hooks(connection)}
        client = openai.DefaultHttpxClient(
            follow_redirects=False,
            timeout=connection.timeout_s,
            event_hooks=hooks,
            verify=client_context(httpx2.create_ssl_context),
        )
        weakref.finalize(self, client.close)
        self._client = openai.OpenAI(
            api_key=connection.api_key,
            base_url=connection.base_url,
            max_retries=TRIES,
            timeout=connection.timeout_s,
            http_client=client,
            default_query=connection.query,
        )

    def vectors(self, model: str, texts: Sequence[str]) -> list[bytes]:
        """One vector per text, as 32-bit floats. Raises ProviderError if the provider returns none."""
        sent = [text.encode("utf-8", "replace").decode() for text in texts]  # no request holds a lone surrogate
        try:
            answer = self._client.embeddings.create(model=model, input=sent, encoding_format="float")
            by_index = {embedding.index: array("f", embedding.embedding) for embedding in answer.data}
            vectors = [by_index[index] for index in range(len(texts))]
        except openai.APIStatusError as error:
            if error.status_code < 400:
                raise moved(error, self._address, self._named) from None
            raise ProviderError(
                f"{self._address} makes no embeddings with '{model}' ({error.status_code}): check the model's name, "
                "or save the prompt without embeddings."
            ) from None
        except openai.APIConnectionError as error:
            raise unsafe(error, self._address) or ProviderError(
                f"No connection to {self._address} for embeddings: run it again later."
            ) from None
        except GARBAGE:
            vectors = []
        sizes = {len(vector) for vector in vectors}
        if len(sizes) != 1 or 0 in sizes or not all(isfinite(x) for vector in vectors for x in vector):
            raise ProviderError(f"{self._address} did not answer with embeddings: try another model.")
        return [vector.tobytes() for vector in vectors]
